// The status page as people meet it: sizes, colours, keyboard, filter, sorting, refreshing, no scripts, hostile names.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { chromium } from "playwright-core";
import { tooFaint } from "./contrast.mjs";
import { brokenWords, markColours } from "./layout.mjs";
import { eventually, World } from "./world.mjs";

const SIZES = { phone: [360, 780], tablet: [820, 1180], laptop: [1280, 800], wall: [2560, 1440] };
const HOSTILE = "<script>document.title='owned'</script>";

let browser;
const complaints = [];  // of every page's console

// A test whose pages are closed when it ends.
function it(name, body) {
  test(name, async () => {
    const contexts = [];
    try {
      await body(async (url, { size = "laptop", colorScheme = "light", ...rest } = {}) => {
        const [width, height] = SIZES[size];
        contexts.push(await browser.newContext({ viewport: { width, height }, colorScheme, ...rest }));
        const page = await contexts.at(-1).newPage();
        page.on("console", (message) => {
          if (["error", "warning"].includes(message.type())) complaints.push(message.text());
        });
        page.on("pageerror", (error) => complaints.push(error.message));
        await page.goto(url);
        return page;
      });
    } finally {
      for (const context of contexts) await context.close();
    }
  });
}

const rowsOf = (page, section) => page.locator(`#${section} tbody tr:visible`);
const names = async (page) =>
  (await page.locator("#domains tbody th:visible").allInnerTexts()).map((text) => text.split(/\s/)[0]);

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CCKM_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
});
after(() => browser?.close());

function itFits(world, name) {
  for (const size of Object.keys(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      it(`fits a ${size} in ${colorScheme}, and every text can be read`, async (open) => {
        const page = await open(world.url, { size, colorScheme });
        const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(content <= window, `${content} px in a window of ${window} px`);
        assert.deepEqual(await page.evaluate(tooFaint, 4.5), []);
        if (process.env.CCKM_SCREENSHOTS) {
          await page.screenshot({ path: `${process.env.CCKM_SCREENSHOTS}/${name}-${size}-${colorScheme}.png` });
        }
      });
    }
  }
}

describe("without a domain", () => {
  const world = new World();
  before(async () => {
    await world.addSimulator("cm-new", ["--refreshes=0"], { domain_names: false });
    await world.startExporter((status) => status.counts.targets.up === 1);
  });
  after(() => world.stop());

  itFits(world, "0-domains");

  it("says that there is nothing yet", async (open) => {
    const page = await open(world.url);
    await page.getByText("No refresh has named a domain yet.").waitFor();
  });
});

describe("with three domains, one of which failed, and a target with a hostile name that is down", () => {
  const world = new World();
  let alpha, beta, gamma;  // names of domains, in the order of the alphabet
  before(async () => {
    await world.addSimulator("cm-prod", ["--domains=3", "--refreshes=0", "--min-duration=1h", "--max-duration=2h"]);
    world.addTarget(HOSTILE, "http://127.0.0.1:1");
    const domains = await world.domains();
    [alpha, beta, gamma] = domains.map(({ name }) => name);
    for (const [i, { id }] of domains.entries()) await world.order(`refresh/dsm?domains=${id}&id=r${i}`);
    await world.order("refresh/dsm/r0/finish?as=completed");
    await world.order("refresh/dsm/r1/finish?as=failed");
    await world.startExporter((status) => status.domains.total === 3 && status.counts.targets.down === 1 &&
      status.finished_refreshes.total === 2);
  });
  after(() => world.stop());

  itFits(world, "3-domains");

  it("says first what is wrong", async (open) => {
    const page = await open(world.url);
    const sentence = await page.locator("h1").innerText();
    assert.equal(sentence.replaceAll("\u00a0", " "), "1 domain failed, 1 target unreachable");
    assert.match(await page.title(), /^1 domain failed/);
    assert.deepEqual(await names(page), [beta, gamma, alpha]);
  });

  it("shows a hostile name as text", async (open) => {
    const page = await open(world.url);
    await page.getByRole("heading", { name: HOSTILE }).waitFor();
    assert.notEqual(await page.title(), "owned");
  });

  it("shows everything without scripts", async (open) => {
    const page = await open(world.url, { javaScriptEnabled: false });
    assert.equal(await rowsOf(page, "domains").count(), 3);
    assert.equal(await page.locator("#filter:visible").count(), 0);
    await page.getByRole("columnheader", { name: "Last success" }).first().waitFor();
  });

  it("has landmarks, captions and heads of rows, on a phone, too", async (open) => {
    for (const size of ["laptop", "phone"]) {
      const page = await open(world.url, { size });
      for (const role of ["banner", "navigation", "main", "search", "contentinfo"]) {
        assert.equal(await page.getByRole(role).count(), 1, `${role} on a ${size}`);
      }
      const table = page.getByRole("table", { name: /^3 domains/ });
      assert.equal(await table.getByRole("rowheader").count(), 3, size);
      assert.equal(await table.getByRole("cell", { name: "failed" }).count(), 2, size);
    }
  });

  it("can be used by keyboard alone", async (open) => {
    const page = await open(world.url);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the status");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.id), "text");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.id), "domains-by-1");
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, "solid");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("#domains th[aria-sort]").getAttribute("aria-sort"), "ascending");
    assert.deepEqual(await names(page), [alpha, beta, gamma]);
    await page.keyboard.press("Enter");
    assert.deepEqual(await names(page), [gamma, beta, alpha]);
  });

  it("keeps filter, order and focus when it refreshes itself", async (open) => {
    const page = await open(world.url);
    await page.locator("#domains-by-1").click();
    await page.locator("#text").fill("cm-prod dsm");
    await page.locator("#state").selectOption("failed");
    assert.deepEqual(await names(page), [beta]);
    await page.locator("#domains-by-1").focus();
    const before = await page.locator("#verdict time").getAttribute("datetime");
    await page.waitForFunction((time) => document.querySelector("#verdict time").dateTime !== time, before);
    assert.deepEqual(await names(page), [beta]);
    assert.equal(await page.locator("#text").inputValue(), "cm-prod dsm");
    assert.equal(await page.locator("#domains th[aria-sort]").getAttribute("aria-sort"), "ascending");
    assert.equal(await page.evaluate(() => document.activeElement.id), "domains-by-1");
    assert.match(await page.locator("#matches").innerText(), /^\d+ of \d+ rows match$/);
  });

  it("says since when the connection is lost, and that it is back", async (open) => {
    const page = await open(world.url);
    await page.context().setOffline(true);
    const known = complaints.length;
    await page.locator("#connection", { hasText: /^Connection lost since \d\d:\d\d:\d\d UTC/ }).waitFor();
    assert.equal(await rowsOf(page, "domains").count(), 3);
    await page.context().setOffline(false);
    await eventually("the connection", async () => (await page.locator("#connection").textContent()) === "");
    complaints.splice(known);  // a browser notes each request that fails
  });
});

describe("with families of long names, and a target whose name is written from right to left", () => {
  const RIGHT_TO_LEFT = "\u05e9\u05dc\u05d5\u05dd~0123456789abcdef";  // a hash of its own, to which one is added
  const world = new World();
  before(async () => {
    await world.addSimulator("cm-prod-of-a-long-name", ["--domains=6", "--refreshes=12", "--finished=12",
      "--failed-percent=40", "--seed=5", "--min-duration=1h", "--max-duration=9h"], {}, ["external-cm", "aws-custom-key-stores"]);
    world.addTarget(RIGHT_TO_LEFT, "http://127.0.0.1:1", {}, ["azure-certificates"]);
    await world.startExporter((status) => status.domains.total > 6 && status.counts.targets.down === 1);
  });
  after(() => world.stop());

  itFits(world, "long-names");

  it("breaks no word of its own, whatever the width", async (open) => {
    const page = await open(world.url);
    for (const width of [360, 390, 700, 710, 900, 1100, 1180, 1190, 1200, 1220, 1240, 1260, 1280, 1300, 1320, 1400, 1990, 2010]) {
      await page.setViewportSize({ width, height: 800 });
      assert.deepEqual(await page.evaluate(brokenWords), [], `at ${width} px`);
      const content = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(content <= width, `${content} px in a window of ${width} px`);
    }
  });

  it("keeps its marks where the system forces its colours", async (open) => {
    for (const colorScheme of ["light", "dark"]) {
      const page = await open(world.url, { colorScheme, forcedColors: "active" });
      const { canvas, text, marks } = await page.evaluate(markColours);
      assert.ok(marks.length > 10);
      assert.notEqual(canvas, text);
      for (const mark of marks) assert.equal(mark.colour, text, mark.name);
      if (process.env.CCKM_SCREENSHOTS) {
        await page.screenshot({ path: `${process.env.CCKM_SCREENSHOTS}/forced-${colorScheme}.png` });
      }
    }
  });

  it("shows a hash in one piece behind a name that is written from right to left", async (open) => {
    const page = await open(world.url);
    const hash = page.locator("article h3 bdi bdi").first();
    assert.match(await hash.innerText(), /^~[0-9a-f]{16}$/);
    const lefts = await hash.evaluate((element) => Array.from(element.firstChild.data, (_, at) => {
      const range = document.createRange();
      range.setStart(element.firstChild, at);
      range.setEnd(element.firstChild, at + 1);
      return range.getBoundingClientRect().left;
    }));
    assert.deepEqual(lefts, lefts.toSorted((a, b) => a - b));
    const [name, mark] = [await page.locator("article h3 > bdi").first().boundingBox(),
      await page.locator("article h3 > .mark").first().boundingBox()];
    assert.ok(name.x + name.width <= mark.x, "what follows the name stays behind it");
  });
});

describe("with two thousand domains", () => {
  const world = new World();
  before(async () => {
    await world.addSimulator("cm-large", ["--domains=2005", "--refreshes=300", "--finished=200", "--seed=3",
      "--min-duration=1h", "--max-duration=9h", "--never-finish", "--failed-percent=10", "--partial-percent=20"]);
    await world.startExporter((status) => status.domains.total === 2005 && status.finished_refreshes.total > 0);
  });
  after(() => world.stop());

  itFits(world, "2000-domains");

  it("says how many are left out", async (open) => {
    const page = await open(world.url);
    await page.getByText("Only the first 2,000 are shown, 5 are left out.").waitFor();
    assert.equal(await rowsOf(page, "domains").count(), 2000);
  });

  it("filters and sorts at once", async (open) => {
    const page = await open(world.url);
    const [filtering, sorting] = await page.evaluate(() => {
      const text = document.getElementById("text");
      const time = (work) => { const began = performance.now(); work(); return performance.now() - began; };
      text.value = "identity-1";
      return [time(() => text.dispatchEvent(new Event("input", { bubbles: true }))),
        time(() => document.getElementById("domains-by-4").click())];
    });
    console.log(`filtering took ${filtering.toFixed(0)} ms, sorting ${sorting.toFixed(0)} ms`);
    const shown = await names(page);
    assert.ok(shown.length > 0 && shown.length < 2000);
    for (const name of shown) assert.match(name, /identity-1/);
  });
});

test("no browser complained", () => assert.deepEqual(complaints, []));
