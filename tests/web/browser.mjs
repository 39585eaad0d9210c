import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

/**
 * Starts Debian's Chromium, which asks the network for nothing of its own. `packages` is the folder whose node_modules
 * has playwright-core. Ends the process with 77, which CTest takes for a skipped test, where no Chromium is.
 */
export async function start_browser(packages) {
  const { chromium } = createRequire(join(resolve(packages), "package.json"))("playwright-core");
  const program = ["chromium", "chromium-headless-shell", "google-chrome"]
    .map((name) => `/usr/bin/${name}`)
    .find(existsSync);
  if (!program) {
    console.log("no Chromium under /usr/bin; install it: apt install chromium");
    process.exit(77);
  }
  return chromium.launch({
    executablePath: program,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
