//! Entra's numbers (AADSTS…).

use model::ErrorKind::*;

use super::row::{AGAIN, BUSY, Row, coded};

const CLOUD: &str = "check -TenantId, and that -Cloud (now {cloud}) is the tenant's: each of Microsoft's clouds knows its own only";
const POLICY: &str = "look up the sign-in in Entra's sign-in log by its correlation id, under the tab Conditional Access; then leave \
    the application `{application}` out of that policy, or let this machine's address in";
const SECRET: &str = "make a new one under Certificates & secrets of the application `{application}`, and give its value as \
    -ClientSecret";

/// A row for each reason.
pub(super) static ENTRA: [Row; 33] = [
    coded(
        &[7000215],
        OauthSecretInvalid,
        "the client secret is wrong",
        "give the secret's value as -ClientSecret, not its id; where nobody has kept the value, make a new secret under \
         Certificates & secrets of the application `{application}`",
    ),
    coded(&[7000222], OauthSecretExpired, "the client secret is too old", SECRET),
    coded(
        &[700027, 50012, 50013, 500133, 700024, 700021],
        OauthAssertionRejected,
        "what the certificate has signed is not accepted",
        "upload the certificate under Certificates & secrets of the application `{application}`; check -CertificateThumbprint or \
         -CertificateFile, -TenantId, -Cloud (now {cloud}), and this machine's clock",
    ),
    coded(
        &[700016, 700011],
        OauthApplicationUnknown,
        "there is no such application",
        "check -ApplicationId (the application's client id, not an object id), -TenantId and -Cloud (now {cloud}); an application \
         of another tenant needs an administrator's consent first: {consent}",
    ),
    coded(
        &[90002, 90038, 900382, 1000104, 900023, 50059, 9001023],
        OauthTenantUnknown,
        "there is no such tenant here",
        CLOUD,
    ),
    coded(
        &[70011, 28002, 500011, 650057, 650052, 1002012],
        OauthScopeInvalid,
        "the scope `{scope}` is wrong here, or the tenant has not subscribed to it",
        "leave -Scope out, check -Cloud (now {cloud}), and that the tenant has Exchange Online",
    ),
    coded(
        &[65001, 90094, 650056, 90008],
        OauthConsentMissing,
        "nobody has consented to it",
        "let an administrator of the tenant consent: {consent}",
    ),
    coded(
        &[7000112, 70001],
        OauthApplicationDisabled,
        "the application is disabled",
        "set Enabled for users to sign-in to Yes under Properties of the enterprise application `{application}`",
    ),
    coded(
        &[7000218],
        OauthApplicationMisregistered,
        "the application is registered as one that has a secret",
        "set Allow public client flows to Yes under Authentication of the application `{application}`",
    ),
    coded(
        &[700025],
        OauthApplicationMisregistered,
        "the application is registered as one that has no secret",
        "leave -ClientSecret out, or set Allow public client flows to No under Authentication of the application `{application}`",
    ),
    coded(
        &[50011, 500113],
        OauthApplicationMisregistered,
        "the application does not know the address to come back to",
        "add http://localhost as a redirect address of the platform Mobile and desktop applications under Authentication of the \
         application `{application}`",
    ),
    coded(
        &[501481, 50148],
        OauthApplicationMisregistered,
        "the proof of the sign-in does not fit",
        "register http://localhost for the platform Mobile and desktop applications, not for Web or Single-page application, and \
         sign in again",
    ),
    coded(&[700082, 70008], OauthSignInExpired, "the sign-in has not been used for too long", AGAIN),
    coded(
        &[700084],
        OauthSignInExpired,
        "the sign-in of a single-page application ends after a day",
        "register http://localhost for the platform Mobile and desktop applications instead, and sign in again",
    ),
    coded(&[50173], OauthSignInRevoked, "the sign-in was revoked, or the password has changed", AGAIN),
    coded(&[50132], OauthSignInRevoked, "the sign-in was revoked, or the password has changed", AGAIN),
    coded(&[50133], OauthSignInRevoked, "the password has expired or has changed", AGAIN),
    coded(
        &[70043],
        OauthSignInFrequency,
        "a policy wants people to sign in again from time to time",
        "let an application log in (-ClientSecret or a certificate), which that policy does not ask; or sign in again: \
         Set-MigrationEndpoint with -Interactive",
    ),
    coded(
        &[530036],
        OauthDeviceCodeBlocked,
        "a policy takes no sign-in by device code",
        "sign in with -Interactive",
    ),
    coded(
        &[50076, 50079, 50072, 50074, 50158],
        OauthInteractionRequired,
        "a second factor is asked for",
        "sign in again with -Interactive; an application (-ClientSecret or a certificate) is not asked for one",
    ),
    coded(&[53003, 530031], OauthConditionalAccess, "a policy of conditional access forbids it", POLICY),
    coded(
        &[53000, 53001, 53002],
        OauthConditionalAccess,
        "a policy of conditional access wants another device or program",
        POLICY,
    ),
    coded(&[530032], OauthConditionalAccess, "a security policy of the tenant forbids it", POLICY),
    coded(
        &[530035],
        OauthSecurityDefaults,
        "the tenant's security defaults forbid it",
        "let an application log in (-ClientSecret or a certificate), or sign in with -Interactive",
    ),
    coded(
        &[50034, 51004, 50020],
        OauthUserUnknown,
        "the tenant knows no such user",
        "check -TenantId, and sign in as a user of that tenant",
    ),
    coded(
        &[50057],
        OauthUserDisabled,
        "the user is disabled",
        "let an administrator enable the user, or sign in as another one",
    ),
    coded(
        &[50053],
        OauthUserDisabled,
        "the user is locked, or this machine's address is blocked after too many wrong sign-ins",
        "wait, and see the user's sign-ins in Entra",
    ),
    coded(&[90006], OauthBusy, BUSY.cause, BUSY.remedy),
    coded(&[90024], OauthBusy, BUSY.cause, BUSY.remedy),
    coded(&[90033], OauthBusy, BUSY.cause, BUSY.remedy),
    coded(&[90055], OauthBusy, "it is asked too often", BUSY.remedy),
    coded(&[50196], OauthBusy, "it is asked for the same again and again", BUSY.remedy),
    coded(&[50033], OauthBusy, BUSY.cause, BUSY.remedy),
];
