#!/usr/bin/env python3
"""Tests of check_layers.py on small trees made on the spot."""

import pathlib
import tempfile
import unittest

import check_layers

ARROWS = "collectors/base:\ncollectors/poll: collectors/base\nexporter/state: collectors/poll\ncurl/ = collectors/base\ncurl/easy.h = exporter/state\n"


class CheckLayersTest(unittest.TestCase):
    def faults(self, name, text):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "tests/layers").mkdir(parents=True)
            (root / "tests/layers/arrows.txt").write_text(ARROWS)
            (root / name).parent.mkdir(parents=True)
            (root / name).write_text(text)
            found, read = check_layers.check(root)
            self.assertEqual(read, 1)
            return found

    def test_allows_an_arrow_that_is_written_down(self):
        self.assertEqual(self.faults("collectors/poll/a.cc", '#include "collectors/base/b.h"\n'), [])

    def test_allows_a_room_to_include_itself(self):
        self.assertEqual(self.faults("collectors/poll/a.cc", '#include "collectors/poll/b.h"\n'), [])

    def test_refuses_an_arrow_that_is_not_written_down(self):
        self.assertEqual(len(self.faults("collectors/base/a.cc", '#include "collectors/poll/b.h"\n')), 1)

    def test_refuses_the_other_side(self):
        self.assertEqual(len(self.faults("collectors/poll/a.h", '#include "exporter/state/b.h"\n')), 1)

    def test_refuses_a_library_outside_of_its_room(self):
        self.assertEqual(len(self.faults("exporter/state/a.cc", "#  include <curl/curl.h>\n")), 1)
        self.assertEqual(self.faults("collectors/base/a.cc", "#include <curl/curl.h>\n"), [])

    def test_takes_the_longest_prefix_of_a_header(self):
        self.assertEqual(self.faults("exporter/state/a.cc", "#include <curl/easy.h>\n"), [])
        self.assertEqual(len(self.faults("collectors/base/a.cc", "#include <curl/easy.h>\n")), 1)

    def test_refuses_a_room_without_a_line(self):
        self.assertEqual(len(self.faults("exporter/new/a.cc", "")), 1)


if __name__ == "__main__":
    unittest.main()
