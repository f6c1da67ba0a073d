#!/usr/bin/env python3
"""Tests of check_docs.py on small trees made on the spot."""

import pathlib
import tempfile
import unittest

import check_docs

SOUND = {
    "README.md": "# Title\n\nA sentence with a [link](deploy/docs/a.md#one-more) and `deploy/demo.sh`.\n",
    "deploy/docs/a.md": "# A\n\n## One *more*!\n\n[metrics](metrics.md), `cckm_up`, `--log.level=debug`.\n",
    "deploy/docs/metrics.md": "",
    "deploy/docs/troubleshooting.md": "| text | cause |\n|---|---|\n| `the file ... is odd` | `--once` |\n",
    "deploy/demo.sh": "",
    "deploy/docs/images/page.png": "",
    "exporter/a.cc": 'f("the file " + name +\n  " is " "odd");\n',
    "exporter/config/flags/flag_table.cc": 'FlagRow{kLog, "log.level", ""},',
    "exporter/metrics/catalogue.cc": '{"cckm_up", kGauge}, {"cckm_time_seconds", kHistogram}',
    "ARCHITECTURE.md": "", "CONTRIBUTING.md": "", "SECURITY.md": "", "helm/cckm-exporter/README.md": "",
}
PICTURE = "\n![a picture](deploy/docs/images/page.png)\n"


class CheckDocsTest(unittest.TestCase):
    def findings(self, **changed):
        """The findings in the sound tree, in which `readme` comes on top of the README, and `a` on top of a page."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve()
            for name, text in SOUND.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            for name, text in changed.items():
                path = root / {"readme": "README.md", "a": "deploy/docs/a.md", "code": "exporter/a.cc", "contributing": "CONTRIBUTING.md",
                               "picture": "deploy/docs/images/page.png"}[name]
                path.write_text(text if name in ("code", "picture") else path.read_text() + text)
            if "readme" not in changed:
                (root / "README.md").write_text(SOUND["README.md"] + PICTURE)
            return list(check_docs.findings(root))

    def assert_found(self, part, **changed):
        found = self.findings(**changed)
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])

    def test_a_sound_tree_has_no_findings(self):
        self.assertEqual(self.findings(), [])

    def test_a_sentence_of_31_words_is_too_long(self):
        self.assertEqual(self.findings(readme=PICTURE + "\n" + "word " * 29 + "word. Another one.\n"), [])
        self.assert_found("31 words", readme=PICTURE + "\n" + "word " * 30 + "word. Another one.\n")

    def test_cells_and_items_are_sentences_of_their_own(self):
        half = "word " * 20
        self.assertEqual(self.findings(readme=PICTURE + f"\n- {half}\n- {half}\n\n| {half} | {half} |\n"), [])
        self.assert_found("a sentence of 31", readme=PICTURE + f"\n| {half} | {'word ' * 31} |\n")

    def test_code_counts_as_one_word(self):
        self.assertEqual(self.findings(readme=PICTURE + "\nRun `" + "word " * 40 + "` now.\n```sh\n" + "word " * 40 + "\n```\n"), [])

    def test_a_link_has_to_lead_somewhere(self):
        self.assert_found("b.md is not there", a="[b](b.md)\n")
        self.assert_found("no such heading", a="[b](#another)\n")

    def test_scripts_flags_and_metrics_have_to_exist(self):
        self.assert_found("tests/none.sh is not there", a="`tests/none.sh`\n")
        self.assert_found("--log.levl is no flag", a="`--log.levl`\n")
        self.assert_found("cckm_down is no metric", a="`cckm_down`\n")
        self.assertEqual(self.findings(a="`cckm_time_seconds_count`, `--storage-of-others.path`\n"), [])

    def test_pages_for_developers_name_what_is_there(self):
        self.assert_found("exporter/b.cc is not there", contributing="`exporter/a.cc`, `exporter/*.cc`, `exporter/b.cc`\n")
        self.assert_found("nothing is named Clock", contributing="`Clock`, `name`, `YAML`\n")
        self.assertEqual(self.findings(contributing="`Clock::Now`\n", code=SOUND["exporter/a.cc"] + "class Clock { Now(); };\n"), [])
        self.assert_found("nothing is named Then", contributing="`Clock::Then`\n", code=SOUND["exporter/a.cc"] + "class Clock { Now(); };\n")

    def test_what_nobody_says_is_found(self):
        self.assert_found("nobody says: is odd", code='f("the file " + name + " is even");\n')

    def test_what_is_not_explained_is_found(self):
        said = SOUND["exporter/a.cc"]
        self.assert_found("does not explain: must be even", code=said + 'f("must be "\n  "even");\n')
        self.assertEqual(self.findings(code=said + '// "must be even"\nf("must");\n'), [])

    def test_pictures_are_small_and_shown(self):
        self.assert_found("too many", picture="x" * check_docs.MOST_BYTES)
        self.assert_found("shown nowhere", readme="\n")


if __name__ == "__main__":
    unittest.main()
