//! Which folders are copied, and where they go.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use model::ErrorKind;
use model::folder::{
    FolderFilter, FolderMap, FolderNoteKind, LeftOutReason, ListedFolder, Listing, MapInput, Namespace,
    Namespaces, TargetRules, map_folders,
};

/// A mailbox from names, each with attributes behind blanks: `Sent \Sent`.
fn listing(delimiter: char, prefix: &str, folders: &[&str]) -> Listing {
    let folders = folders
        .iter()
        .map(|line| {
            let (name, attributes) = line.split_once(" \\").map_or((*line, vec![]), |(name, rest)| {
                (name, rest.split(" \\").map(|attribute| format!("\\{attribute}")).collect())
            });
            let key = name.as_bytes().to_vec();
            ListedFolder { key, name: name.to_owned(), delimiter: Some(delimiter), attributes }
        })
        .collect();
    let personal = vec![Namespace { prefix: prefix.to_owned(), delimiter: Some(delimiter) }];
    Listing { folders, namespaces: Namespaces { personal, ..Namespaces::default() } }
}

struct Case {
    source: Listing,
    target: Listing,
    rules: TargetRules,
    filter: FolderFilter,
    root: Option<&'static str>,
    settled: BTreeMap<Vec<u8>, Vec<String>>,
    refused: BTreeSet<Vec<String>>,
}

impl Case {
    fn new(source: Listing) -> Self {
        Self {
            source,
            target: listing('/', "", &["INBOX"]),
            rules: TargetRules::default(),
            filter: FolderFilter::default(),
            root: None,
            settled: BTreeMap::new(),
            refused: BTreeSet::new(),
        }
    }

    fn include(mut self, include: &[&str]) -> Self {
        self.filter = FolderFilter::parse(&owned(include), &[]).unwrap();
        self
    }

    fn exclude(mut self, exclude: &[&str]) -> Self {
        self.filter = FolderFilter::parse(&[], &owned(exclude)).unwrap();
        self
    }

    fn rules(mut self, change: impl Fn(&mut TargetRules)) -> Self {
        change(&mut self.rules);
        self
    }

    fn try_map(&self) -> model::Result<FolderMap> {
        map_folders(&MapInput {
            source: &self.source,
            user_root: self.root,
            filter: &self.filter,
            target: &self.target,
            rules: &self.rules,
            settled: &self.settled,
            refused: &self.refused,
        })
    }

    fn map(&self) -> FolderMap {
        self.try_map().unwrap()
    }

    /// The mapping as `source > target` lines.
    fn lines(&self) -> Vec<String> {
        let folders = self.map().folders;
        folders.iter().map(|folder| format!("{} > {}", folder.source_shown(), folder.target_name)).collect()
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn kinds(map: &FolderMap) -> Vec<FolderNoteKind> {
    map.notes.iter().map(|note| note.kind).collect()
}

#[test]
fn the_inbox_comes_first_and_parents_before_children() {
    let case = Case::new(listing('/', "", &["b/a", "a", "b", "inbox/x", "Inbox", "b c"]));
    assert_eq!(
        case.lines(),
        ["INBOX > INBOX", "INBOX/x > INBOX/x", "a > a", "b > b", "b/a > b/a", "b c > b c"]
    );
}

#[test]
fn the_source_s_bytes_of_a_name_travel_along() {
    let mut source = listing('/', "", &["Entwürfe"]);
    source.folders[0].key = b"Entw&APw-rfe".to_vec();
    assert_eq!(Case::new(source).map().folders[0].key, b"Entw&APw-rfe");
}

/// U1, O26, C6, D3, D7
#[test]
fn a_source_prefix_is_stripped_and_a_target_prefix_added() {
    let courier = &["INBOX", "INBOX.Plans", "INBOX.Plans.2019"];
    let mut case = Case::new(listing('.', "INBOX.", courier));
    let expected = ["INBOX > INBOX", "Plans > Plans", "Plans/2019 > Plans/2019"];
    assert_eq!(case.lines(), expected);
    case.source.namespaces = Namespaces::default();
    assert_eq!(case.lines(), expected, "without NAMESPACE");
    let back = Case::new(listing('/', "", &["INBOX", "Plans/2019"])).rules(|rules| {
        rules.delimiter = Some('.');
        rules.prefix = "INBOX.".to_owned();
    });
    assert_eq!(back.lines(), ["INBOX > INBOX", "Plans/2019 > INBOX.Plans.2019"]);
}

/// N1
#[test]
fn children_of_the_inbox_stay_where_the_target_permits_and_move_out_where_not() {
    let source = listing('/', "", &["INBOX", "INBOX/Plans", "Plans"]);
    let stay = Case::new(source.clone());
    assert_eq!(stay.lines(), ["INBOX > INBOX", "INBOX/Plans > INBOX/Plans", "Plans > Plans"]);
    let domino = Case::new(source.clone()).rules(|rules| rules.inbox_children = false);
    assert_eq!(domino.lines(), ["INBOX > INBOX", "INBOX/Plans > Plans", "Plans > Plans_2"]);
    assert_eq!(kinds(&domino.map()), [FolderNoteKind::MovedOutOfInbox, FolderNoteKind::NameTaken]);
    let courier = Case::new(source).rules(|rules| {
        rules.delimiter = Some('.');
        rules.prefix = "INBOX.".to_owned();
    });
    assert_eq!(courier.lines(), ["INBOX > INBOX", "INBOX/Plans > INBOX.Plans", "Plans > INBOX.Plans_2"]);
    assert_eq!(kinds(&courier.map()), [FolderNoteKind::NameTaken], "INBOX.Plans is what it was");
}

/// G7, O17
#[test]
fn what_the_target_cannot_hold_is_replaced_and_recorded() {
    let source = listing('.', "", &["a/b", "c\u{1}d", "x^y", "  two  blanks ", "plain", "a/b.c"]);
    let case = Case::new(source).rules(|rules| {
        rules.tidy_blanks = true;
        rules.forbidden = "^".to_owned();
    });
    let expected = [
        "  two  blanks  > __two _blanks_",
        "a/b > a_b",
        "a/b/c > a_b/c",
        "c\u{1}d > c_d",
        "plain > plain",
        "x^y > x_y",
    ];
    assert_eq!(case.lines(), expected);
    assert_eq!(kinds(&case.map()), [FolderNoteKind::CharactersReplaced; 4]);
    let note = case.map().notes[1].to_string();
    assert_eq!(note, "folder `a/b` goes to `a_b`: the target cannot hold some of its characters");
}

/// O12, peers 2.3-11
#[test]
fn two_folders_never_merge() {
    let case = Case::new(listing('.', "", &["a/b", "a_b", "a_b.c", "a_b_2"]));
    assert_eq!(case.lines(), ["a/b > a_b", "a_b > a_b_2", "a_b/c > a_b_2/c", "a_b_2 > a_b_2_2"]);
    let source = listing('/', "", &["Foo", "foo", "foo/x", "Foo/x"]);
    let sensitive = ["Foo > Foo", "Foo/x > Foo/x", "foo > foo", "foo/x > foo/x"];
    assert_eq!(Case::new(source.clone()).lines(), sensitive);
    let exchange = Case::new(source).rules(|rules| rules.case_insensitive = true);
    assert_eq!(exchange.lines(), ["Foo > Foo", "Foo/x > Foo/x", "foo > foo_2", "foo/x > foo_2/x"]);
}

/// O27
#[test]
fn folders_that_would_have_the_same_levels_stay_apart() {
    let inboxes = Case::new(listing('.', "INBOX.", &["INBOX", "INBOX.INBOX", "INBOX.a"]));
    assert_eq!(inboxes.map().folders.len(), 3);
    let mut source = listing('/', "", &["Sent", "#mh/Sent"]);
    source.namespaces.personal.push(Namespace { prefix: "#mh/".to_owned(), delimiter: Some('/') });
    assert_eq!(Case::new(source).lines(), ["#mh/Sent > #mh/Sent", "Sent > Sent"]);
}

/// RFC 3501 §5.1; Yahoo lists `Inbox` besides `INBOX`.
#[test]
fn a_folder_that_is_listed_twice_is_one_and_so_is_the_inbox_in_two_spellings() {
    for names in [["INBOX", "Inbox", "a", "a"], ["a", "Inbox", "a", "INBOX"]] {
        let map = Case::new(listing('/', "", &names)).map();
        let keys: Vec<_> = map.folders.iter().map(|folder| folder.key.as_slice()).collect();
        assert_eq!(keys, [&b"INBOX"[..], b"a"]);
    }
    let alone = Case::new(listing('/', "", &["Inbox"])).map();
    assert_eq!(alone.folders[0].key, b"Inbox", "the server's own spelling");
}

#[test]
fn a_source_without_any_folder_is_no_empty_mailbox() {
    let error = Case::new(listing('/', "", &[])).try_map().unwrap_err();
    assert_eq!((error.kind, error.remedy.is_some()), (ErrorKind::FolderNotFound, true));
}

#[test]
fn a_case_insensitive_target_keeps_its_own_spelling() {
    let mut case = Case::new(listing('/', "", &["plans/old"])).rules(|rules| rules.case_insensitive = true);
    case.target = listing('/', "", &["INBOX", "Plans"]);
    assert_eq!(case.lines(), ["plans/old > Plans/old"]);
}

/// D4, U6
#[test]
fn a_target_without_levels_gets_flat_names() {
    let case = Case::new(listing('/', "", &["a/b/c"])).rules(|rules| rules.delimiter = None);
    assert_eq!(case.lines(), ["a/b/c > a_b_c"]);
    assert!(kinds(&case.map()).contains(&FolderNoteKind::Flattened));
}

/// D11, G2
#[test]
fn parents_that_hold_no_messages_are_only_a_path() {
    let map = Case::new(listing('/', "", &["a \\Noselect", "a/b", "c \\NonExistent"])).map();
    assert_eq!(map.folders.len(), 1);
    assert_eq!(map.folders[0].target_name, "a/b");
    assert!(map.left_out.iter().all(|left| left.reason == LeftOutReason::NotSelectable));
}

/// A25, Z5, C1, C6
#[test]
fn folders_of_others_and_of_everybody_are_left_out() {
    let mut source =
        listing('/', "", &["INBOX", "user/bob/x", "user \\Noselect", "Public", "Public/a", "users"]);
    source.namespaces.others.push(Namespace { prefix: "user/".to_owned(), delimiter: Some('/') });
    source.namespaces.shared.push(Namespace { prefix: "Public/".to_owned(), delimiter: Some('/') });
    let case = Case::new(source);
    assert_eq!(case.lines(), ["INBOX > INBOX", "users > users"]);
    assert_eq!(case.map().left_out.len(), 4);
    let mut cyrus = listing('.', "INBOX.", &["INBOX", "INBOX.a", "public"]);
    cyrus.namespaces.shared.push(Namespace { prefix: String::new(), delimiter: Some('.') });
    assert_eq!(Case::new(cyrus).lines(), ["INBOX > INBOX", "a > a"]);
    let mut both = listing('/', "", &["a"]);
    both.namespaces.shared.push(Namespace { prefix: String::new(), delimiter: Some('/') });
    assert_eq!(Case::new(both).lines(), ["a > a"], "a prefix that is personal, too, is the user's own");
}

/// G4, D10, peers 2.3-3
#[test]
fn special_folders_go_to_the_target_s_own_by_attribute_or_else_by_name() {
    let mut case = Case::new(listing('/', "", &["Skickat \\Sent", "Skickat/2019", "Papperskorgen", "Arkiv"]));
    case.target = listing('/', "", &["INBOX", "Sent Items", "Deleted Items"]);
    assert_eq!(
        case.lines(),
        [
            "Arkiv > Arkiv",
            "Papperskorgen > Deleted Items",
            "Skickat > Sent Items",
            "Skickat/2019 > Sent Items/2019"
        ]
    );
    assert_eq!(kinds(&case.map()), [FolderNoteKind::WellKnown; 2]);
}

#[test]
fn an_attribute_beats_a_name_and_the_other_folder_keeps_its_own() {
    let mut case = Case::new(listing('/', "", &["Sent Items", "Gesendet \\Sent"]));
    case.target = listing('/', "", &["INBOX", "Sent Items"]);
    assert_eq!(case.lines(), ["Gesendet > Sent Items", "Sent Items > Sent Items_2"]);
}

#[test]
fn a_folder_whose_namesake_on_the_target_has_the_same_purpose_goes_there() {
    let mut case = Case::new(listing('/', "", &["Sent Items"]));
    case.target = listing('/', "", &["INBOX", "Sent", "Sent Items"]);
    assert_eq!(case.lines(), ["Sent Items > Sent Items"]);
}

#[test]
fn a_folder_marked_as_one_thing_is_not_another_by_its_name() {
    let case = Case::new(listing('/', "", &["Junk \\Sent"])).exclude(&["#JunkEmail#/*"]);
    assert_eq!(case.lines(), ["Junk > Junk"]);
}

#[test]
fn a_special_folder_does_not_take_a_place_that_an_earlier_pass_gave_away() {
    let mut case = Case::new(listing('/', "", &["Old", "Skickat \\Sent"]));
    case.target = listing('/', "", &["INBOX", "Sent"]);
    case.settled.insert(b"Old".to_vec(), owned(&["Sent"]));
    assert_eq!(case.lines(), ["Old > Sent", "Skickat > Skickat"]);
}

/// G2, G3
#[test]
fn gmail_s_views_are_left_out_only_where_all_mail_is_copied() {
    let gmail = &[
        "INBOX",
        "[Gmail] \\Noselect",
        "[Gmail]/All Mail \\All",
        "[Gmail]/Starred \\Flagged",
        "[Gmail]/Important \\Important",
        "[Gmail]/Sent Mail \\Sent",
    ];
    let mut case = Case::new(listing('/', "", gmail));
    case.target = listing('/', "", &["INBOX", "Sent"]);
    assert_eq!(
        case.lines(),
        ["INBOX > INBOX", "[Gmail]/All Mail > [Gmail]/All Mail", "[Gmail]/Sent Mail > Sent"]
    );
    assert_eq!(case.exclude(&["#AllItems#"]).map().folders.len(), 4);
}

#[test]
fn a_user_root_becomes_the_mailbox() {
    let names = &[
        "INBOX",
        "shared.users.terry.adams",
        "shared.users.terry.adams.Plans",
        "shared.users.terry.adamson",
    ];
    let mut case = Case::new(listing('.', "", names));
    case.source.namespaces.shared.push(Namespace { prefix: "shared.".to_owned(), delimiter: Some('.') });
    case.root = Some("/shared/users/terry.adams");
    assert_eq!(case.lines(), ["INBOX > INBOX", "Plans > Plans"]);
    case.root = Some("/shared/users/bob");
    let error = case.try_map().unwrap_err();
    assert_eq!(error.kind, ErrorKind::FolderNotFound);
    assert!(error.message.contains("shared/users/bob"));
}

#[test]
fn a_folder_stays_where_an_earlier_pass_put_it() {
    let mut case = Case::new(listing('/', "", &["foo"])).rules(|rules| rules.case_insensitive = true);
    let first = case.map();
    case.settled.extend(first.folders.iter().map(|folder| (folder.key.clone(), folder.target.clone())));
    case.source = listing('/', "", &["Foo", "foo"]);
    assert_eq!(case.lines(), ["Foo > Foo_2", "foo > foo"]);
    case.source = listing('/', "", &["Foo"]);
    assert_eq!(case.lines(), ["Foo > Foo_2"], "a place is kept for a folder that is away");
}

#[test]
fn a_parent_that_is_not_wanted_any_more_keeps_its_place_for_its_children() {
    let mut case = Case::new(listing('/', "", &["INBOX", "INBOX/a"]));
    case.settled.extend(case.map().folders.into_iter().map(|folder| (folder.key, folder.target)));
    case.source = listing('/', "", &["INBOX", "INBOX/a", "INBOX/b"]);
    assert_eq!(case.include(&["INBOX/b"]).lines(), ["INBOX/b > INBOX/b"]);
}

#[test]
fn a_prefix_without_its_delimiter_is_the_namespace_s_own_root_only_where_it_ends_in_one() {
    let mut source = listing('/', "", &["Shared \\Noselect", "~", "~bob/x", "Shared/y"]);
    source.namespaces.others.push(Namespace { prefix: "~b".to_owned(), delimiter: Some('/') });
    source.namespaces.shared.push(Namespace { prefix: "Shared/".to_owned(), delimiter: Some('/') });
    assert_eq!(Case::new(source).lines(), ["~ > ~"]);
}

#[test]
fn a_bare_name_includes_the_folder_and_excludes_its_subfolders_too() {
    let source = listing('/', "", &["INBOX", "Projects", "Projects/2019", "projects/x"]);
    assert_eq!(Case::new(source.clone()).include(&["PROJECTS"]).lines(), ["Projects > Projects"]);
    assert_eq!(Case::new(source.clone()).include(&["Projects/*"]).map().folders.len(), 3);
    assert_eq!(Case::new(source.clone()).include(&["Projects/2019"]).map().folders.len(), 1);
    assert_eq!(Case::new(source.clone()).exclude(&["Projects"]).lines(), ["INBOX > INBOX"]);
    assert_eq!(Case::new(source).exclude(&["#Root#/*"]).map().folders.len(), 0);
}

#[test]
fn an_escaped_star_is_a_folder_of_that_name() {
    let source = listing('/', "", &["A", "A/*", "A/b"]);
    assert_eq!(Case::new(source).include(&["A/\\*"]).lines(), ["A/* > A/*"]);
}

#[test]
fn a_well_known_folder_is_meant_whatever_its_name() {
    let marked = listing('/', "", &["Trash", "Kram \\Trash", "Kram/alt", "#Notes#", "Notizen"]);
    let case = Case::new(marked.clone()).exclude(&["#DeletedItems#/*", "#notes#"]);
    assert_eq!(case.lines(), ["#Notes# > #Notes#", "Trash > Trash"]);
    assert_eq!(Case::new(marked).include(&["\\#Notes\\#"]).lines(), ["#Notes# > #Notes#"]);
    for name in [
        "Trash",
        "Gelöschte Elemente",
        "Borttagna objekt",
        "Éléments supprimés",
        "Papelera",
        "Verwijderde items",
        "Slettede elementer",
        "Posta eliminata",
        "Itens eliminados",
        "Roskakori",
        "Kosz",
        "papirkurv",
    ] {
        let case = Case::new(listing('/', "", &["INBOX", name])).exclude(&["#DeletedItems#/*"]);
        assert_eq!(case.lines(), ["INBOX > INBOX"], "{name}");
    }
}

/// O8, O17, G7, D4, N1
#[test]
fn a_name_that_the_target_refuses_gives_way_to_another() {
    let refusals: [(&[&str], &[&str], FolderNoteKind); 5] = [
        (&["Files"], &["Files > Files_2", "Files/x > Files_2/x"], FolderNoteKind::Reserved),
        (&["a^b "], &["a^b  > a_b_", "a^b /x > a_b_/x"], FolderNoteKind::CharactersReplaced),
        (&["INBOX/Plans"], &["INBOX > INBOX", "INBOX/Plans > Plans"], FolderNoteKind::MovedOutOfInbox),
        (&["a/b", "a_b/c"], &["a > a", "a/b > a_b", "a/b/c > a_b_c"], FolderNoteKind::Flattened),
        (&["a^b", "a_b"], &["a^b > a_b_2"], FolderNoteKind::CharactersReplaced),
    ];
    for (refused, expected, reason) in refusals {
        let sources = expected.iter().map(|line| line.split(" > ").next().unwrap()).collect::<Vec<_>>();
        let mut case = Case::new(listing('/', "", &sources));
        case.refused = refused.iter().map(|name| name.split('/').map(str::to_owned).collect()).collect();
        assert_eq!(case.lines(), expected);
        assert_eq!(kinds(&case.map())[0], reason);
    }
}

#[test]
fn a_folder_that_has_its_place_keeps_it_whatever_is_refused() {
    let mut case = Case::new(listing('/', "", &["Files"]));
    case.settled.insert(b"Files".to_vec(), owned(&["Files"]));
    case.refused.insert(owned(&["Files"]));
    assert_eq!(case.lines(), ["Files > Files"]);
}

/// O26, U1: a target without NAMESPACE shows by its folders where others belong.
#[test]
fn the_own_namespace_is_told_or_else_seen() {
    let mut listed = listing('.', "", &["INBOX", "INBOX.Sent"]);
    assert_eq!(listed.own_namespace().unwrap().prefix, "", "what is told is believed");
    listed.namespaces = Namespaces::default();
    assert_eq!(listed.own_namespace().unwrap().prefix, "INBOX.");
    listed.folders.truncate(1);
    assert_eq!(listed.own_namespace(), None);
}

/// O24: Exchange shows them over IMAP, in the language of the mailbox, and what lies in them is no mail.
#[test]
fn calendar_contacts_and_tasks_stay_behind_in_any_language() {
    for names in [["Calendar", "Contacts", "Tasks"], ["Kalender", "Kontakte", "Aufgaben"]] {
        let [calendar, contacts, tasks] = names;
        let case = Case::new(listing('/', "", &["INBOX", calendar, contacts, tasks]));
        let case = case.exclude(&["#Calendar#", "#Contacts#", "#Tasks#"]);
        assert_eq!(case.lines(), ["INBOX > INBOX"]);
    }
}

#[test]
fn a_folder_list_that_cannot_be_meant_is_an_error_with_its_remedy() {
    for (entry, fault) in [
        ("Pro*", "'*' cannot be used"),
        ("What?", "'?' cannot be used"),
        ("a\u{7}", "cannot be used"),
        ("", "names no folder"),
        ("/*", "empty level"),
        ("a//b", "empty level"),
        ("#Sent#/*", "`Sent` is no well-known folder"),
    ] {
        let error = FolderFilter::parse(&[], &owned(&[entry])).unwrap_err();
        assert!(
            error.message.starts_with("ExcludeFolders holds ") && error.message.contains(fault),
            "{error}"
        );
        assert!(error.remedy.is_some());
    }
    assert!(
        FolderFilter::parse(&owned(&["What\\?", "A\\*", "a\\/b", "[Gmail]/All Mail", "#shared/x"]), &[])
            .is_ok()
    );
}

#[test]
fn a_folder_that_is_too_deep_keeps_its_place_and_its_name() {
    let deep = vec!["a"; 5_000].join("/");
    let map = Case::new(listing('/', "", &["INBOX", &deep])).map();
    assert_eq!((map.folders[1].source.len(), map.folders[1].target.len()), (100, 100));
    assert_eq!(map.folders[1].source_shown(), deep);
}

/// Were each number tried from the first on, and each folder looked for among all, this would take minutes.
#[test]
fn each_of_very_many_folders_of_one_purpose_that_come_to_one_name_has_its_place() {
    let name = |number| format!("{number:015b} \\Sent").replace('0', "\u{1}").replace('1', "\u{2}");
    let names: Vec<String> = (0..10_000).map(name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let map = Case::new(listing('/', "", &names)).exclude(&["#SentItems#/x"]).map();
    let targets: BTreeSet<_> = map.folders.iter().map(|folder| &folder.target).collect();
    assert_eq!((targets.len(), map.folders.len()), (10_000, 10_000));
}
