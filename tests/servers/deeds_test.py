#!/usr/bin/env python3
"""What deeds.py must see, and what it must let pass. Run by the test kit's tests."""

import datetime
import unittest

import compare
import deeds

NOON = datetime.datetime(2020, 1, 1, 12, tzinfo=datetime.timezone.utc)


def folder(*digests, first=1, flags=frozenset()):
    found = [compare.Message(digest, flags, NOON, uid) for uid, digest in enumerate(digests, first)]
    return compare.Folder(found, True, True)


def judge(done, source, target, name="A"):
    return deeds.Owner(done).differences(name, source, target, compare.differences)


REST = {"deed": "rest", "folders": {"A": 4, "B": 1}}
DELETE = {"deed": "delete", "folder": "A", "uid": 2, "digest": "y"}
MOVE = {"deed": "move", "folder": "A", "uid": 2, "digest": "y", "to": "B", "new_uid": 7}
MARK = {"deed": "mark", "folder": "A", "uid": 1}


class Deeds(unittest.TestCase):
    def test_what_was_deleted_after_all_had_come_to_rest_must_not_come_back(self):
        ours = folder("x", "y", "z")
        self.assertEqual(judge([REST, DELETE], ours, folder("x", "z")), [])
        self.assertEqual(judge([REST, DELETE], ours, folder("x", "z", "y")), ["1 doubled"])

    def test_what_was_deleted_before_may_come_back_once_and_behind_the_others(self):
        ours = folder("x", "y", "z")
        for theirs in (folder("x", "z"), folder("x", "z", "y")):
            self.assertEqual(judge([DELETE, REST], ours, theirs), [])
        self.assertEqual(judge([DELETE, REST], ours, folder("x", "z", "y", "y")), ["1 doubled"])

    def test_what_nobody_has_touched_must_be_there_in_its_order(self):
        ours = folder("x", "y", "z")
        self.assertEqual(judge([REST, DELETE], ours, folder("x")), ["1 lost"])
        self.assertEqual(judge([REST, DELETE], ours, folder("z", "x")), ["in another order"])
        self.assertEqual(judge([REST, DELETE], ours, folder("x", "z", "w")), ["1 not from the source (altered, or never there)"])

    def test_what_was_moved_is_where_it_was_moved_to_and_may_stand_for_an_equal_message(self):
        moved = folder("y", first=7)
        self.assertEqual(judge([REST, MOVE], folder("x", "y", "z"), folder("x", "z")), [])
        self.assertEqual(judge([REST, MOVE], folder(), moved, "B"), [])
        self.assertEqual(judge([REST, MOVE], folder(), folder(), "B"), ["1 lost"])
        for theirs in (moved, folder("y", "y", first=6)):
            self.assertEqual(judge([REST, MOVE], folder("y"), theirs, "B"), [])

    def test_a_flag_that_the_owner_has_set_stays_and_no_other_comes_along(self):
        ours, marked = folder("x"), frozenset({deeds.MARK})
        self.assertEqual(judge([MARK], ours, folder("x", flags=marked)), [])
        self.assertEqual(judge([MARK], ours, folder("x")), ["1 without the flag that the owner has set"])
        self.assertTrue(judge([], ours, folder("x", flags=marked))[0].startswith("1 with other flags"))

    def test_folders_are_found_under_the_names_that_they_have_now(self):
        done = [{"deed": "rename", "folder": "A", "to": "B"}, {"deed": "rename", "folder": "B/C", "to": "D"}]
        owner = deeds.Owner([REST, *done, {**DELETE, "folder": "B"}])
        self.assertEqual([owner.name(name) for name in ("A", "A/C", "AA")], ["B", "D", "AA"])
        self.assertEqual(owner.differences("B", folder("x", "y"), folder("x"), compare.differences), [])


if __name__ == "__main__":
    unittest.main()
