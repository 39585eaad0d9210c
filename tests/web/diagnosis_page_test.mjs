// node diagnosis_page_test.mjs DIAGNOSIS.html PACKAGES: opens the fixture's diagnosis in Chromium, on a desk and on a
// phone, light and dark. PACKAGES is the folder whose node_modules has playwright-core. Exits 77 where no Chromium is.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { start_browser } from "./browser.mjs";

const [file, packages] = process.argv.slice(2);
const browser = await start_browser(packages);

async function check_layout(page, colorScheme) {
  for (const plot of await page.locator(".plot").all()) await plot.scrollIntoViewIfNeeded();
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".plot")].every((plot) => plot.querySelector("canvas, svg")),
  );
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), colorScheme);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, "the page is wider than the screen");
}

async function check_content(page) {
  assert.equal(await page.title(), "sick: three layers <b>");
  assert.match(await page.locator(".health").innerText(), /sick[\s\S]*unnormalized-input/);
  // The chain hangs together: each card below the one that causes it.
  const nested = ".chain > li:has(> #finding-unnormalized-input) > ul > li:has(> #finding-saturated-activation) > ul > li";
  assert.equal(await page.locator(`${nested} > #finding-vanishing-gradient`).count(), 1);
  assert.match(await page.locator("#finding-unnormalized-input").innerText(), /largest mean of a feature\s+250\s+about 0/);
  assert.match(await page.locator("#trials").innerText(), /as it is\s+0\.91[\s\S]*data\.standardize = true\s+0\.12/);
  const widths = await page.locator(".trial-bar i").evaluateAll((bars) => bars.map((bar) => bar.offsetWidth));
  assert.ok(widths[0] > 5 * widths[1], "the untreated training's loss has the longer bar");
  await page.locator("#trials details summary").click();
  assert.match(await page.locator("#trials .broken").innerText(), /diverged/);
  assert.match(await page.locator("#gaps").innerText(), /update_ratio was not recorded: update-ratio, over-clipping/);
  assert.equal(await page.locator(".finding b, .hero h1 b").count(), 0, "no data turned into markup");
  assert.equal(await page.locator("figure").count(), 5);
}

let failed = 0;
for (const width of [390, 1280])
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const page = await context.newPage();
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!/^(file|data|blob):/.test(request.url())) complaints.push(`asks for ${request.url()}`);
    });
    try {
      await page.goto(pathToFileURL(resolve(file)).href);
      await check_layout(page, colorScheme);
      await check_content(page);
      assert.deepEqual(complaints, []);
      console.log(`ok: ${width} pixels, ${colorScheme}`);
    } catch (error) {
      ++failed;
      console.log(`FAILED: ${width} pixels, ${colorScheme}: ${error.stack}`);
    }
    await context.close();
  }
await browser.close();
process.exit(failed ? 1 : 0);
