//! What the CSV check accepts, refuses and says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use model::csv::{CsvCheckOptions, CsvTable, MAX_BYTES, check};

const HEADER: &str = "EmailAddress,UserName,Password";

fn strict(bytes: &[u8]) -> CsvTable {
    check(bytes, &CsvCheckOptions::default())
}

fn lenient(bytes: &[u8]) -> CsvTable {
    check(bytes, &CsvCheckOptions { lenient: true, ..CsvCheckOptions::default() })
}

fn rows(lines: &str) -> CsvTable {
    strict(format!("{HEADER}\n{lines}").as_bytes())
}

/// Errors as `line: message`; line 0 means the whole file.
fn errors(table: &CsvTable) -> Vec<String> {
    let shown = |fault: &model::contract::CsvFault| format!("{}: {}", fault.line.unwrap_or(0), fault.message);
    table.view.errors.iter().map(shown).collect()
}

fn only_error(table: &CsvTable) -> String {
    assert_eq!(table.view.errors.len(), 1, "{:?}", table.view.errors);
    assert!(table.rows.is_empty() && !table.view.valid);
    format!("{} | {}", errors(table)[0], table.view.errors[0].remedy)
}

fn utf16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes_of).collect()
}

#[test]
fn a_good_file_yields_its_rows() {
    let table = strict(
        "EmailAddress,UserName,Password,UserRoot,TargetUserName,TargetPassword\r\n\
         anna@contoso.com,contoso\\anna,\" P@ss,\"\"word \",/users/anna,anna@new.com,t\r\n\
         åke@contoso.com,ake,p,,,\r\n\r\n\r\n"
            .as_bytes(),
    );
    assert_eq!(errors(&table), [""; 0]);
    assert_eq!(
        (table.view.row_count, table.view.encoding.as_str(), table.view.delimiter.as_str()),
        (2, "UTF-8", ",")
    );
    let row = &table.rows[0];
    assert_eq!((row.line, row.password.declassify()), (2, " P@ss,\"word "));
    assert_eq!(row.user_root.as_deref(), Some("/users/anna"));
    assert_eq!(row.target_user_name.as_deref(), Some("anna@new.com"));
    let row = &table.rows[1];
    assert_eq!((row.line, row.email_address.as_str(), &row.user_root), (3, "åke@contoso.com", &None));
}

#[test]
fn line_numbers_are_those_of_the_file() {
    for end in ["\n", "\r\n", "\r"] {
        let text = [HEADER, "a@b.c,\"x", "y\",p", "", "d@b.c,u", "e@b.c,u,p", "f@b.c,v,p,q"].join(end);
        let found = errors(&strict(text.as_bytes()));
        let expected = [
            "2: UserName holds a line break or another control character",
            "5: Row 5 has 2 columns, the header has 3",
            "7: Row 7 has 4 columns, the header has 3",
        ];
        assert_eq!(found, expected, "{end:?}");
    }
}

#[test]
fn every_unicode_encoding_is_read_with_and_without_a_mark() {
    let text = format!("{HEADER}\r\nåsa@contoso.com,åsa,påss\r\n");
    let files = [
        ("UTF-8", [b"\xEF\xBB\xBF".to_vec(), text.clone().into_bytes()].concat()),
        ("UTF-16LE", [b"\xFF\xFE".to_vec(), utf16(&text, u16::to_le_bytes)].concat()),
        ("UTF-16BE", [b"\xFE\xFF".to_vec(), utf16(&text, u16::to_be_bytes)].concat()),
        ("UTF-16LE", utf16(&text, u16::to_le_bytes)),
        ("UTF-16BE", utf16(&text, u16::to_be_bytes)),
    ];
    for (encoding, bytes) in files {
        let table = strict(&bytes);
        assert_eq!(errors(&table), [""; 0], "{encoding}");
        assert_eq!(table.view.encoding, encoding);
        assert_eq!(table.rows[0].password.declassify(), "påss");
    }
}

#[test]
fn utf_16_that_is_cut_off_is_an_error() {
    let mut bytes = utf16(&format!("{HEADER}\na@b.c,u,p"), u16::to_le_bytes);
    bytes.pop();
    assert!(errors(&strict(&bytes))[0].starts_with("2: The text is not valid UTF-16LE"));
}

#[test]
fn ansi_bytes_are_an_error_that_names_the_line_and_lenient_reads_them() {
    let bytes = [HEADER.as_bytes(), b"\na@b.c,u,p\nd@b.c,\xE5sa,l\xF6sen\n"].concat();
    let error = only_error(&strict(&bytes));
    assert!(error.starts_with("3: The text is not UTF-8") && error.contains("CSV UTF-8"), "{error}");
    let table = lenient(&bytes);
    assert_eq!(
        (table.rows[1].password.declassify(), table.view.encoding.as_str()),
        ("lösen", "windows-1252")
    );
    assert_eq!(table.view.warnings[0].line, Some(3));
}

#[test]
fn an_unclosed_quote_is_reported_where_it_opens_and_the_next_line_starts_anew() {
    let table = rows("a@b.c,u,\"pass\nd@b.c,v,\"pass2\ne@b.c,w\nf@b.c,x,\"last");
    let quote = "A quote opens in this line and is not closed before the next column";
    let expected = [
        format!("2: {quote}"),
        format!("3: {quote}"),
        "4: Row 4 has 2 columns, the header has 3".to_owned(),
        format!("5: {quote}"),
    ];
    assert_eq!(errors(&table), expected);
    assert_eq!(table.view.errors[0].column.as_deref(), Some("3"));
}

#[test]
fn text_after_a_closing_quote_is_an_unclosed_quote() {
    assert!(only_error(&rows("a@b.c,\"u\"x,p\nd@b.c,v,p")).starts_with("2: A quote opens"));
}

#[test]
fn a_quote_inside_a_bare_field_is_part_of_it() {
    assert_eq!(rows("a@b.c,u,p\"w\"").rows[0].password.declassify(), "p\"w\"");
}

#[test]
fn an_unclosed_quote_in_the_header_is_the_only_error() {
    assert!(
        only_error(&strict(b"\"EmailAddress,UserName,Password\na@b.c,u,hunter2")).starts_with("1: A quote")
    );
}

#[test]
fn other_capitals_and_blanks_in_the_header_are_errors_with_the_right_spelling() {
    let table = strict(b"Email Address,username,Password\na@b.c,u,p\n");
    let expected = [
        "1: The column `Email Address` must be named `EmailAddress`",
        "1: The column `username` must be named `UserName`",
    ];
    assert_eq!(errors(&table), expected);
    assert!(lenient(b"Email Address,username,Password\na@b.c,u,p\n").view.valid);
}

#[test]
fn a_translated_header_is_an_error_with_the_exact_fix_and_lenient_takes_it() {
    let headers = [
        "E-postadress,Användarnamn,Lösenord",
        "E-Mail-Adresse,Benutzername,Kennwort",
        "Adresse e-mail,Nom d'utilisateur,Mot de passe",
        "Correo electrónico,Nombre de usuario,Contraseña",
        "E-mailadres,Gebruikersnaam,Wachtwoord",
        "E-postadresse,Brukernavn,Passord",
        "E-mailadresse,Brugernavn,Adgangskode",
        "Indirizzo e-mail,Nome utente,Password",
        "Endereço de e-mail,Nome de utilizador,Palavra-passe",
        "Sähköpostiosoite,Käyttäjänimi,Salasana",
        "Adres e-mail,Nazwa użytkownika,Hasło",
        "ANVANDARNAMN,losenord,epost",
    ];
    for header in headers {
        let text = format!("{header}\nanna@contoso.com,anna@contoso.com,anna@contoso.com\n");
        let table = strict(text.as_bytes());
        assert!(table.view.errors.iter().all(|fault| fault.message.contains("must be named")), "{header}");
        assert!(table.view.errors.len() >= 2, "{header}");
        assert!(lenient(text.as_bytes()).view.valid, "{header}: {:?}", lenient(text.as_bytes()).view);
    }
    let error = &strict("EmailAddress,UserName,Lösenord\na@b.c,u,p".as_bytes()).view.errors[0];
    assert_eq!(error.remedy, "Write `Password` instead of `Lösenord` in the first line, or use -Lenient");
}

#[test]
fn another_delimiter_is_an_error_that_names_the_parameter() {
    let text = b"EmailAddress;UserName;Password\na@b.c;u;p,w\n";
    assert!(only_error(&strict(text)).contains("-Delimiter ';'"));
    assert!(
        only_error(&strict(b"EmailAddress\tUserName\tPassword\na@b.c\tu\tp\n"))
            .contains("-Delimiter ([char]9)")
    );
    let semicolon = CsvCheckOptions { delimiter: Some(';'), ..CsvCheckOptions::default() };
    for table in [lenient(text), check(text, &semicolon)] {
        assert_eq!((table.rows[0].password.declassify(), table.view.delimiter.as_str()), ("p,w", ";"));
    }
    let commas = format!("{HEADER}\na@b.c,u,p");
    assert!(only_error(&check(commas.as_bytes(), &semicolon)).contains("Leave out -Delimiter"));
}

#[test]
fn a_delimiter_that_is_no_ascii_character_is_refused() {
    let options = CsvCheckOptions { delimiter: Some('→'), ..CsvCheckOptions::default() };
    assert!(only_error(&check(format!("{HEADER}\na@b.c,u,p").as_bytes(), &options)).contains("-Delimiter"));
}

#[test]
fn a_column_without_a_name_is_an_error_unless_allowed() {
    let text = b"EmailAddress,UserName,Password,\na@b.c,u,p,\n";
    assert!(only_error(&strict(text)).starts_with("1: Column 4 has no name | Remove"));
    let options = CsvCheckOptions { allow_unknown_columns: true, ..CsvCheckOptions::default() };
    assert!(check(text, &options).view.valid);
}

#[test]
fn a_nul_in_a_cell_is_called_so() {
    assert!(only_error(&rows("a@b.c,u,p\0q")).starts_with("2: Password holds a NUL character"));
}

#[test]
fn an_unknown_column_is_an_error_with_a_suggestion_unless_allowed() {
    let text = b"EmailAddress,UserName,Password,UserRot\na@b.c,u,p,/x\n";
    assert!(only_error(&strict(text)).contains("Did you mean `UserRoot`?"));
    let options = CsvCheckOptions { allow_unknown_columns: true, ..CsvCheckOptions::default() };
    let table = check(text, &options);
    assert!(table.view.valid && table.rows[0].user_root.is_none());
    assert_eq!(table.view.warnings.len(), 1);
}

#[test]
fn a_known_column_that_is_not_supported_is_an_error_even_where_unknown_ones_are_allowed() {
    let options = CsvCheckOptions { allow_unknown_columns: true, ..CsvCheckOptions::default() };
    let table = check(b"EmailAddress,UserName,Password,SecretName\na@b.c,u,p,s\n", &options);
    assert!(only_error(&table).starts_with("1: The column `SecretName` is not supported yet"));
}

#[test]
fn missing_and_repeated_columns_are_errors() {
    let table = strict(b"EmailAddress,EmailAddress,UserName\na@b.c,a@b.c,u\n");
    let expected =
        ["1: The column `EmailAddress` stands twice in the header", "1: The column `Password` is missing"];
    assert_eq!(errors(&table), expected);
}

#[test]
fn an_address_must_look_like_one() {
    let long = format!("{}@b.c", "x".repeat(65));
    for (address, fault) in [
        ("", "is empty"),
        ("anna", "has no `@`"),
        ("a@b@c", "has more than one `@`"),
        ("@b.c", "is incomplete"),
        ("a@b..c", "is incomplete"),
        ("a@", "is incomplete"),
        (" a@b.c", "holds a blank"),
        ("a@b.c\u{A0}", "holds a blank"),
        ("a\u{200B}@b.c", "holds a blank"),
        ("<a@b.c>", "holds a character"),
        (&long, "is too long"),
    ] {
        let error = only_error(&rows(&format!("{address},u,p")));
        assert!(error.starts_with(&format!("2: EmailAddress {fault}")), "{address:?}: {error}");
    }
}

#[test]
fn a_password_may_be_empty_only_where_an_administrator_logs_in() {
    assert!(only_error(&rows("a@b.c,u,")).starts_with("2: Password is empty"));
    let options = CsvCheckOptions { passwords_optional: true, ..CsvCheckOptions::default() };
    assert!(check(format!("{HEADER}\na@b.c,u,").as_bytes(), &options).view.valid);
    assert!(check(b"EmailAddress,UserName\na@b.c,u", &options).view.valid);
}

#[test]
fn a_user_name_must_not_be_empty() {
    assert!(only_error(&rows("a@b.c, ,p")).starts_with("2: UserName is empty"));
}

#[test]
fn an_address_that_stands_twice_is_an_error_that_names_both_lines() {
    let error = only_error(&rows("anna@b.c,u,p\nx@b.c,v,p\nANNA@B.C,w,p"));
    assert!(error.starts_with("4: EmailAddress stands in line 2 and again in line 4"), "{error}");
}

#[test]
fn the_same_login_twice_is_a_warning_unless_the_roots_differ() {
    let table = rows("a@b.c,u,p\nd@b.c,u,p");
    assert!(table.view.valid);
    assert_eq!(table.view.warnings[0].message, "UserName and UserRoot are the same as in line 2");
    let table = strict(b"EmailAddress,UserName,Password,UserRoot\na@b.c,u,p,/1\nd@b.c,u,p,/2");
    assert!(table.view.valid && table.view.warnings.is_empty());
}

#[test]
fn two_rows_between_the_same_mailboxes_are_an_error_that_names_both_lines() {
    let header = "EmailAddress,UserName,Password,UserRoot,TargetUserName";
    let checked = |rows: &str| strict(format!("{header}\n{rows}\n").as_bytes());
    let twins =
        ["a@b.c,u,p,,t\nd@b.c,u,p,,t", "a@b.c,u,p,/1,t\nd@b.c,U,q,/1,T", "t@b.c,u,p,,\na@b.c,u,p,,T@b.c"];
    for rows in twins {
        let error = only_error(&checked(rows));
        assert!(
            error.starts_with("3: Source and target mailbox are the same as in line 2"),
            "{rows}: {error}"
        );
    }
    let others =
        ["a@b.c,u,p,,t\nd@b.c,v,p,,t", "a@b.c,u,p,,t\nd@b.c,u,p,,s", "a@b.c,u,p,/1,t\nd@b.c,u,p,/2,t"];
    assert!(others.iter().all(|rows| checked(rows).view.valid));
}

#[test]
fn a_file_without_content_is_an_error_of_its_own() {
    for empty in [&b""[..], b"\xEF\xBB\xBF", b"\r\n \r\n"] {
        assert!(only_error(&strict(empty)).starts_with("0: The file is empty"));
    }
    assert!(only_error(&strict(HEADER.as_bytes())).starts_with("0: The file has a header and no rows"));
}

#[test]
fn exchange_s_limits_hold() {
    assert!(only_error(&strict(&vec![b'x'; MAX_BYTES + 1])).contains("the most is 10485760"));
    let many: String = (0..50_001).map(|n| format!("u{n}@b.c,u{n},p\n")).collect();
    assert!(only_error(&rows(&many)).starts_with("0: The file has 50001 rows, the most is 50000"));
    let most: String = (0..50_000).map(|n| format!("u{n}@b.c,u{n},p\n")).collect();
    assert_eq!(rows(&most).rows.len(), 50_000);
}

#[test]
fn all_errors_come_at_once_in_the_order_of_the_file_up_to_a_thousand() {
    let bad: String = (0..1_200).map(|n| format!("u{n},u{n},p\n")).collect();
    let table = rows(&bad);
    assert_eq!(table.view.errors.len(), 1_001);
    assert!(table.view.errors.windows(2).take(999).all(|pair| pair[0].line < pair[1].line));
    assert_eq!(table.view.errors[1_000].message, "The file has 200 more errors");
}

#[test]
fn what_programs_write_before_the_header_is_passed_over_and_lines_keep_their_numbers() {
    let table = "\r\na@b.c,u,p\r\nd@b.c,,p\r\n";
    let files = [
        format!("#TYPE System.Management.Automation.PSCustomObject\r\n{HEADER}{table}"),
        format!("\u{FEFF}#TYPE Selected.System.Object\r\n\"EmailAddress\",\"UserName\",\"Password\"{table}"),
        format!("sep=;\r\n{HEADER}{table}").replace(',', ";"),
        format!("\"SEP=;\"\r\n{HEADER}{table}").replace(',', ";"),
        format!("sep=\t\r\n{HEADER}{table}").replace(',', "\t"),
        format!("sep=;\r\n{HEADER}{table}"),
    ];
    for file in files {
        assert_eq!(
            only_error(&strict(file.as_bytes())).get(..24),
            Some("4: UserName is empty | W"),
            "{file}"
        );
    }
}

#[test]
fn marks_before_the_first_one_are_no_part_of_the_header() {
    let text = format!("{HEADER}\na@b.c,u,p");
    let twice = format!("\u{FEFF}\u{FEFF}{text}");
    for file in [twice.clone().into_bytes(), utf16(&twice, u16::to_be_bytes)] {
        assert!(strict(&file).view.valid);
    }
}

#[test]
fn a_mark_inside_a_cell_is_an_error() {
    let error = only_error(&rows("a@b.c,u,p\nd@b.c,v,\u{FEFF}p"));
    assert!(error.starts_with("3: Password holds a byte order mark"), "{error}");
    assert!(
        only_error(&rows("\u{FEFF}a@b.c,u,p")).starts_with("2: EmailAddress holds a blank or an invisible")
    );
}

#[test]
fn a_workbook_of_excel_is_called_one() {
    for (begin, what) in
        [(&b"PK\x03\x04\x14"[..], "(.xlsx)"), (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "(.xls)")]
    {
        let error = only_error(&strict(&[begin, b"\0\x01\xFF"].concat()));
        assert!(error.starts_with("0: The file is an") && error.contains(what), "{error}");
        assert!(error.ends_with("save it as \"CSV UTF-8\""), "{error}");
    }
}

#[test]
fn a_header_of_nul_characters_is_called_so() {
    let utf32: Vec<u8> = HEADER.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    assert!(only_error(&strict(&utf32)).starts_with("1: The first line holds NUL characters"));
}

#[test]
fn excels_formulas_and_curly_quotes_are_errors_and_lenient_takes_what_is_inside() {
    for (cell, fault) in [
        ("=\"00123\"", "Password is a formula of Excel"),
        ("\u{201C}00123\u{201D}", "Password stands in curly quotes"),
        ("\u{201E}00123\u{201C}", "Password stands in curly quotes"),
    ] {
        let file = format!("{HEADER}\na@b.c,u,{cell}\n");
        let error = only_error(&strict(file.as_bytes()));
        assert!(error.starts_with(&format!("2: {fault}")) && error.contains("-Lenient"), "{error}");
        let table = lenient(file.as_bytes());
        assert_eq!((table.rows[0].password.declassify(), table.view.warnings.len()), ("00123", 1));
    }
    for cell in ["=\"", "\u{201C}", "=1\"", "p\u{201D}"] {
        assert_eq!(rows(&format!("a@b.c,u,{cell}")).rows[0].password.declassify(), cell);
    }
}

#[test]
fn blanks_round_names_and_passwords_are_kept_with_a_warning() {
    let table = rows("a@b.c,u, p");
    assert_eq!(table.rows[0].password.declassify(), " p");
    assert_eq!(table.view.warnings[0].message, "Password begins or ends with a blank, which is kept");
}

/// There are logins like the names of columns.
#[test]
fn a_row_whose_login_is_like_a_column_is_no_header() {
    for row in ["anna,login,hunter2", "mail,anna,hunter2", "e-mail@,user,hunter2"] {
        let error = only_error(&strict(format!("{row}\n").as_bytes()));
        assert!(
            error.starts_with("1: The first line is not a header") && !error.contains("hunter2"),
            "{error}"
        );
    }
}

#[test]
fn no_fault_ever_shows_what_a_row_holds() {
    let secret = "P@ssw0rd";
    let files = [
        format!("anna@contoso.com,anna,{secret}\n"),
        format!(
            "{HEADER}\nanna,{secret}\n{secret},{secret},{secret}\n{secret},{secret},{secret},x\nu,\"{secret}\n"
        ),
        format!("{HEADER}\n x{secret},a,b\n{secret}{secret},a,\n,,{secret}\n"),
        format!("\"{HEADER}\n{secret},{secret},{secret}"),
        format!("mail,root,{secret}\nanna@contoso.com,root,{secret}\n").replace("mail", "a@b.c"),
    ];
    for file in files {
        for table in [strict(file.as_bytes()), lenient(file.as_bytes())] {
            assert!(!table.view.errors.is_empty());
            assert!(!format!("{:?}", table.view).contains(secret), "{:?}", table.view);
        }
    }
}
