// Takes the pictures of README.md.  Usage: pictures.mjs PAGE PICTURE ALERTS PICTURE

import { chromium } from "playwright-core";
import { eventually } from "./world.mjs";

const [pageUrl, pagePicture, alertsUrl, alertsPicture] = process.argv.slice(2);
const PAGE_SIZE = { width: 1240, height: 960 };
const ALERTS_SIZE = { width: 960, height: 700 };

// The classic pages of Prometheus: only what fires, and one failure with what it says.
async function showFailures(page) {
  const failure = page.locator("tr.alert-danger", { hasText: /CCKMRefreshFailed / });
  await eventually("a failure that fires", async () => {
    await page.goto(alertsUrl);
    return (await failure.count()) > 0;
  });
  await page.locator("label", { hasText: "Inactive" }).click();
  await page.locator("button.show-annotations").click();
  await failure.first().click();
  await page.locator("tr.alert_details code:visible").evaluate((rule) => rule.closest("div").remove());
}

const browser = await chromium.launch({
  executablePath: process.env.CCKM_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
try {
  const page = await browser.newPage({ viewport: PAGE_SIZE });
  await page.goto(pageUrl);
  await page.locator("#domains tbody tr", { hasText: "failed" }).first().waitFor();
  await page.screenshot({ path: pagePicture });

  await page.setViewportSize(ALERTS_SIZE);
  await showFailures(page);
  await page.mouse.wheel(0, 300);
  await page.waitForFunction(() => window.scrollY > 0);
  await page.screenshot({ path: alertsPicture });
} finally {
  await browser.close();
}
