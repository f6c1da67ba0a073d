#!/usr/bin/env python3
"""Tests of check_layers.py on small trees made on the spot."""

import pathlib
import tempfile
import unittest

import check_layers

SOUND = {
    "tests/layers/arrows.txt": """
collectors/base:
collectors/poll: collectors/base
exporter/state: collectors/base collectors/poll
exporter/state/sql: exporter/state
exporter: exporter/state
curl/ = collectors/base
curl/easy.h = exporter/state
""",
    "collectors/CMakeLists.txt": """
cckm_library(base
  SOURCES base/a.cc
  LINK CURL::libcurl)
cckm_library(poll
  SOURCES poll/a.cc
  LINK cckm::base)
""",
    "exporter/CMakeLists.txt": """
# The state.
cckm_library(state
  SOURCES state/a.cc ${CMAKE_CURRENT_BINARY_DIR}/made.cc
  LINK cckm::poll)  # and cckm::base by that
cckm_library(state_sql
  SOURCES state/sql/a.cc
  LINK cckm::state)
add_executable(cckm_exporter main.cc)
""",
    "collectors/base/a.h": "",
    "collectors/base/a.cc": '#include "collectors/base/a.h"\n#include <curl/curl.h>\n',
    "collectors/poll/a.h": '// Like a.h, by <curl.h>.\n#include "collectors/base/a.h"\n',
    "collectors/poll/a.cc": '#include "collectors/poll/a.h"\n',
    "exporter/state/a.h": '#include "collectors/poll/a.h"\n#  include <curl/easy.h>\n',
    "exporter/state/a.cc": '#include "collectors/base/a.h"\n',
    "exporter/state/sql/a.cc": '#include "exporter/state/a.h"\n',
    "exporter/main.cc": '#include "exporter/state/a.h"\n',
    "ARCHITECTURE.md": """# Title
```
collectors/
  base/       what all others use
  poll/       what is asked
              and when
exporter/
  state/      what is known now
  state/sql/  the same in SQL
  main.cc
tests/        mirrors both
```
""",
}


class CheckLayersTest(unittest.TestCase):
    def faults(self, changed):
        """Those of the sound tree with other files: None takes one away, and a pair replaces a part of one."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {**SOUND, **changed}.items():
                if isinstance(text, tuple):
                    self.assertIn(text[0], SOUND[name])
                    text = SOUND[name].replace(*text)
                if text is not None:
                    (root / name).parent.mkdir(parents=True, exist_ok=True)
                    (root / name).write_text(text)
            return check_layers.check(root)[0]

    def assert_found(self, part, **changed):
        """That there is one fault, in the tree in which a file is changed."""
        found = self.faults(changed["files"] if "files" in changed else {changed["file"]: changed["text"]})
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])

    def test_a_sound_tree_has_no_faults(self):
        self.assertEqual(self.faults({}), [])

    def test_refuses_an_arrow_that_is_not_written_down(self):
        self.assert_found("may not include exporter/state", file="collectors/poll/a.cc", text='#include "exporter/state/b.h"\n')

    def test_refuses_a_foreign_library_outside_of_its_folder(self):
        self.assert_found("may not include <curl/curl.h>", file="collectors/poll/a.cc", text="#  include <curl/curl.h>\n")

    def test_takes_the_longest_prefix_of_a_header(self):
        self.assert_found("may not include <curl/easy.h>", file="collectors/base/a.cc", text="#include <curl/easy.h>\n")

    def test_refuses_a_folder_without_a_line(self):
        self.assert_found("exporter/new has no line", file="exporter/new/a.h", text="")

    def test_refuses_an_arrow_that_nothing_needs(self):
        self.assert_found("collectors/poll includes nothing of collectors/base",
                          files={"collectors/poll/a.h": "", "exporter/state/a.cc": '#include "collectors/base/a.h"\n'})

    def test_refuses_files_that_include_each_other(self):
        circle = {"collectors/base/a.h": '#include "collectors/base/b.h"\n', "collectors/base/b.h": '#include "collectors/base/c.h"\n',
                  "collectors/base/c.h": '#include "collectors/base/a.h"\n'}
        self.assert_found("a.h -> collectors/base/b.h -> collectors/base/c.h -> collectors/base/a.h", files=circle)
        self.assert_found("collectors/base/a.h -> collectors/base/a.h", file="collectors/base/a.h", text='#include "collectors/base/a.h"\n')

    def test_refuses_a_link_that_is_no_arrow(self):
        self.assert_found("base links poll, which is no arrow", file="collectors/CMakeLists.txt", text=("CURL::libcurl", "cckm::poll"))

    def test_refuses_an_arrow_that_is_no_link(self):
        self.assert_found("state_sql does not link state", file="exporter/CMakeLists.txt", text=("LINK cckm::state", "LINK sql"))

    def test_refuses_a_source_that_no_library_has(self):
        self.assert_found("collectors/poll/b.cc: is in no library", file="collectors/poll/b.cc", text="")

    def test_refuses_a_source_of_another_folder(self):
        self.assert_found("state has exporter/state/sql/a.cc", file="exporter/CMakeLists.txt", text=("state/a.cc", "state/a.cc state/sql/a.cc"))

    def test_refuses_libraries_that_only_one_side_has(self):
        more = SOUND["exporter/CMakeLists.txt"] + "cckm_library(more\n  SOURCES more/a.cc\n  LINK z)\n"
        self.assert_found("more has no line in arrows.txt", file="exporter/CMakeLists.txt", text=more)
        less = SOUND["exporter/CMakeLists.txt"].replace("cckm_library(state_sql", "add_library(state_sql")
        self.assert_found("has no library for exporter/state/sql", file="exporter/CMakeLists.txt", text=less)

    def test_refuses_a_line_without_a_folder(self):
        files = {"exporter/state/sql/a.cc": None, "tests/layers/arrows.txt": ("exporter/state/sql: exporter/state", "exporter/state/sql:"),
                 "exporter/CMakeLists.txt": ("SOURCES state/sql/a.cc\n  LINK cckm::state)", "SOURCES \n  LINK z)")}
        self.assert_found("exporter/state/sql has no files", files=files)

    def test_refuses_a_library_that_the_architecture_leaves_out(self):
        self.assert_found("does not have exporter/state/sql", file="ARCHITECTURE.md", text=("  state/sql/  the same in SQL\n", ""))

    def test_refuses_a_picture_of_what_is_not_there(self):
        self.assert_found("exporter/other has no line", file="ARCHITECTURE.md", text=("  main.cc", "  other/      what is not there\n  main.cc"))

    def test_refuses_a_library_without_a_sentence(self):
        self.assert_found("does not say what belongs into exporter/state/sql", file="ARCHITECTURE.md", text=("  the same in SQL", "  SQL"))

    def test_refuses_a_comment_that_names_a_file_which_is_gone(self):
        self.assert_found("names old_name.h", file="collectors/poll/a.cc", text='// As old_name.h says.\n#include "collectors/poll/a.h"\n')


if __name__ == "__main__":
    unittest.main()
