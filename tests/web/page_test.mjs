// node page_test.mjs REPORT.html PACKAGES: opens the fixture's report in Chromium, on a desk and on a phone, light and
// dark, and uses it. PACKAGES is the folder whose node_modules has playwright-core. Exits 77 where no Chromium is.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { start_browser } from "./browser.mjs";

const [report, packages] = process.argv.slice(2);
const address = pathToFileURL(resolve(report)).href;
const browser = await start_browser(packages);

const tests = [];
const test = (name, body, options = {}) => tests.push({ name, body, options });

async function draw_all(page) {
  for (const plot of await page.locator(".plot").all()) await plot.scrollIntoViewIfNeeded();
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".plot")].every((plot) => plot.querySelector("canvas, svg")),
  );
}

/** How many pixels of the canvas are painted. */
function painted(locator) {
  return locator.evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 3; i < data.length; i += 4) count += data[i] > 0 ? 1 : 0;
    return count;
  });
}

const plot_of = (page, figure) => page.locator(`figure#${figure} .plot`);

for (const width of [360, 390, 768, 1280])
  for (const colorScheme of ["light", "dark"])
    test(
      `draws everything and overflows nowhere at ${width} pixels, ${colorScheme}`,
      async (page) => {
        await draw_all(page);
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), colorScheme);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.equal(wide, 0);
        for (const canvas of await page.locator(".plot canvas").all()) assert.ok((await painted(canvas)) > 500);
      },
      { width, colorScheme },
    );

for (const width of [360, 1280])
  test(
    `drawing a plot moves nothing at ${width} pixels`,
    async (page) => {
      const places = () =>
        page.evaluate(() => [...document.querySelectorAll("figure")].map((figure) => figure.offsetTop));
      await page.waitForFunction(() => document.querySelector(".plot.heatmap canvas"));
      const before = await places();
      const undrawn = await page.locator(".plot:not(:has(canvas, svg))").count();
      assert.ok(undrawn > 0);
      await draw_all(page);
      assert.deepEqual(await places(), before);
    },
    { width },
  );

test("a click on a curve's name hides it, a second shows it again", async (page) => {
  const figure = page.locator("figure#gradient-flow-weight-gradients");
  await figure.scrollIntoViewIfNeeded();
  const picture = () => figure.locator("canvas").evaluate((canvas) => canvas.toDataURL());
  const before = await picture();
  const button = figure.locator(".legend button", { hasText: "relu" });
  await button.click();
  assert.equal(await button.getAttribute("aria-pressed"), "false");
  await page.waitForTimeout(600); // a second click at once would be a double click
  assert.notEqual(await picture(), before);
  await button.click();
  assert.equal(await button.getAttribute("aria-pressed"), "true");
  await page.waitForTimeout(200);
  assert.equal(await picture(), before);
});

test("a double click on a curve's name shows it alone, another shows all", async (page) => {
  const buttons = page.locator("figure#gradient-flow-weight-gradients .legend button");
  const pressed = () => buttons.evaluateAll((all) => all.map((button) => button.getAttribute("aria-pressed")));
  await buttons.nth(1).dblclick();
  assert.deepEqual(await pressed(), ["false", "true", "false"]);
  await page.waitForTimeout(600);
  await buttons.nth(1).dblclick();
  assert.deepEqual(await pressed(), ["true", "true", "true"]);
});

test("the pointer and the arrow keys read values", async (page) => {
  const plot = plot_of(page, "gradient-flow-weight-gradients");
  await plot.scrollIntoViewIfNeeded();
  await plot.locator("canvas").waitFor();
  await plot.locator(".u-over").hover();
  await plot.locator(".tooltip", { hasText: /layer \d+.*sigmoid.*e-/s }).waitFor();
  await page.mouse.move(0, 0);
  await plot.locator(".tooltip").waitFor({ state: "hidden" });
  await plot.focus();
  await page.keyboard.press("ArrowRight");
  await plot.locator(".tooltip", { hasText: /layer 1/ }).waitFor();
  const map = plot_of(page, "learning-rate-map");
  await map.scrollIntoViewIfNeeded();
  await map.locator("canvas").waitFor();
  await map.focus();
  await page.keyboard.press("ArrowRight");
  await map.locator(".tooltip", { hasText: /0\.98.*0\.001.*normal 0\.01/s }).waitFor();
});

test("a drag zooms, a double click shows all again", async (page) => {
  const plot = plot_of(page, "clipping-real-loss");
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.locator(".u-over").boundingBox();
  const picture = () => plot.locator("canvas").evaluate((canvas) => canvas.toDataURL());
  await page.mouse.move(0, 0);
  const before = await picture();
  await page.mouse.move(box.x + box.width * 0.2, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 5 });
  await page.mouse.up();
  await page.waitForTimeout(200);
  assert.notEqual(await picture(), before);
  await plot.locator(".u-over").dblclick();
  await page.waitForTimeout(300);
  assert.equal(await picture(), before);
});

test("the scale can be switched", async (page) => {
  const figure = page.locator("figure#gradient-flow-weight-gradients");
  await figure.scrollIntoViewIfNeeded();
  const picture = () => figure.locator("canvas").evaluate((canvas) => canvas.toDataURL());
  const log = await picture();
  await figure.getByRole("button", { name: "linear" }).click();
  await page.waitForTimeout(200);
  assert.notEqual(await picture(), log);
  assert.equal(await figure.getByRole("button", { name: "log" }).getAttribute("aria-pressed"), "false");
});

test("claims are filtered by verdict and by words", async (page) => {
  const rows = page.locator("#claims tbody tr:visible");
  assert.equal(await rows.count(), 9);
  await page.locator("#claims .filter.refuted").click();
  assert.equal(await rows.count(), 1);
  assert.match(await rows.first().innerText(), /ReLU maintains better gradient flow than tanh/);
  await page.locator("#claims .filter.all").click();
  await page.getByRole("searchbox").fill("clipping");
  assert.equal(await rows.count(), 2);
  await page.locator(".tile.inconclusive").click();
  assert.equal(await rows.count(), 2);
});

test("the theme can be switched, and the address can ask for one", async (page) => {
  const theme = () =>
    page.evaluate(() => [document.documentElement.dataset.theme, getComputedStyle(document.body).backgroundColor]);
  const [before, paper] = await theme();
  await page.getByRole("button", { name: /light and dark/ }).click();
  const [after, night] = await theme();
  assert.deepEqual([before, after], ["light", "dark"]);
  assert.notEqual(paper, night);
  await page.goto(`${address}?theme=light`);
  assert.equal((await theme())[0], "light");
});

test("text from the data stays text", async (page) => {
  await page.locator("#claims", { hasText: "</script><script>alert(1)</script>" }).waitFor();
  assert.equal(await page.locator("main b", { hasText: /^markup$/ }).count(), 0);
});

test("links lead somewhere, ids are unique, tables and controls have names", async (page) => {
  const faults = await page.evaluate(() => {
    const found = [];
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    for (const id of ids) if (ids.filter((other) => other === id).length > 1) found.push(`id ${id} twice`);
    for (const link of document.querySelectorAll("a[href^='#']"))
      if (!document.getElementById(decodeURIComponent(link.hash.slice(1)))) found.push(`no target: ${link.hash}`);
    for (const table of document.querySelectorAll("table"))
      if (!table.caption?.textContent) found.push("table without caption");
    for (const control of document.querySelectorAll("button, input"))
      if (!(control.textContent || control.getAttribute("aria-label"))) found.push("control without name");
    for (const picture of document.querySelectorAll("[role=img], .plot"))
      if (!picture.getAttribute("aria-label")) found.push("picture without label");
    if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
    let level = 1;
    for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
      const next = Number(heading.tagName[1]);
      if (next > level + 1 && !(next === 4 && level === 2)) found.push(`heading level jumps at ${heading.textContent}`);
      level = next;
    }
    return found;
  });
  assert.deepEqual(faults, []);
});

test("each patient's table ends with the random baseline, and the healthy has none", async (page) => {
  const causes = page.locator("#fixes article");
  assert.equal(await causes.count(), 3);
  const deep = causes.first().locator("table").first();
  assert.match(await deep.locator("tbody tr").first().innerText(), /batch-norm\s+proven.*0\.93.*gone/s);
  assert.match(await deep.locator("tbody tr").last().innerText(), /best of 9 random changes\s+not proven/);
  const infinite = causes.nth(1).locator(".effect-bar text");
  assert.deepEqual(await infinite.allTextContents(), ["-1", "0", "1"]);
  assert.match(await causes.last().innerText(), /nothing to fix/);
  assert.equal(await causes.last().locator("table").count(), 0);
});

test("a claim about a value shows the line that it is held against", async (page) => {
  const bar = page.locator("#learning-rate .claim .effect-bar");
  assert.equal(await bar.locator(".neutral").count(), 1);
  assert.ok((await bar.locator("text").allTextContents()).includes("2"));
});

test("values can be read as a table", async (page) => {
  const figure = page.locator("figure#depth-final-loss");
  await figure.locator("summary").click();
  await figure.locator("tbody tr").first().waitFor();
  assert.equal(await figure.locator("tbody tr").count(), 7);
  assert.match(await figure.locator("tbody tr").first().innerText(), /5\s+0\.11/);
});

test(
  "printing draws everything, on white",
  async (page) => {
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    const missing = await page.evaluate(
      () => [...document.querySelectorAll(".plot")].filter((plot) => !plot.querySelector("canvas, svg")).length,
    );
    assert.equal(missing, 0);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    assert.ok((await page.pdf({ format: "A4" })).length > 50000);
  },
  { colorScheme: "dark" },
);

let failed = 0;
for (const { name, body, options } of tests) {
  const { width = 1280, colorScheme = "light" } = options;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  context.setDefaultTimeout(120000); // a busy machine is no failure
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) complaints.push(`request to ${request.url()}`);
  });
  try {
    await page.goto(address);
    await body(page);
    assert.deepEqual(complaints, []);
    console.log(`ok      ${name}`);
  } catch (error) {
    ++failed;
    console.log(`FAILED  ${name}\n${error.message}`);
  }
  await context.close();
}
await browser.close();
console.log(`${tests.length - failed} of ${tests.length} passed`);
process.exit(failed ? 1 : 0);
