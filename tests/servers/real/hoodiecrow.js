// hoodiecrow for one user, its mail in memory:   NODE_PATH=.../node_modules node hoodiecrow.js PORT USER
"use strict";

const hoodiecrow = require("hoodiecrow-imap");

const [port, user] = process.argv.slice(2);
const server = hoodiecrow({
    // Those that it announces and has: without LITERALPLUS every message waits for a `+`.
    plugins: ["ID", "SASL-IR", "AUTH-PLAIN", "NAMESPACE", "IDLE", "ENABLE", "CONDSTORE", "LITERALPLUS", "UNSELECT",
        "SPECIAL-USE", "UIDPLUS"],
    users: { [user]: { password: "secret" } },
    storage: { INBOX: {}, "": { separator: "/", folders: {} } },
});
server.listen(Number(port), "127.0.0.1");
