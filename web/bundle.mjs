// Bundles index.html, src/ and styles/ into one HTML file without any outside reference.
//   node bundle.mjs --embed FILE.cpp   as a C++ source that defines gradclinic::page_template()
//   node bundle.mjs --html FILE.html   as the page itself, data missing
import { build } from "esbuild";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const kDataMark = "GRADCLINIC_RESULTS_JSON";
const kLongestLiteral = 8000;

async function bundled(entry) {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2021",
    legalComments: "inline",
    logLevel: "warning",
    logLimit: 5,
  });
  return result.outputFiles[0].text;
}

// A function as replacement: "$&" in the text means nothing.
function put(page, mark, text) {
  if (page.split(mark).length !== 2) throw new Error(`index.html should hold ${mark} exactly once`);
  return page.replace(mark, () => text);
}

function as_cpp(page) {
  const delimiter = "page";
  if (page.includes(`)${delimiter}"`)) throw new Error("the page holds the raw string's delimiter");
  const characters = [...page];
  const literals = [];
  for (let begin = 0; begin < characters.length; begin += kLongestLiteral)
    literals.push(`R"${delimiter}(${characters.slice(begin, begin + kLongestLiteral).join("")})${delimiter}"`);
  return `// Generated from web/. Do not edit.
#include "gradclinic/report/page.h"

namespace gradclinic {

std::string_view page_template() {
  static constexpr char kPage[] =
${literals.join("\n")};
  return {kPage, sizeof(kPage) - 1};
}

}  // namespace gradclinic
`;
}

const script = await bundled("src/main.ts");
const style = await bundled("styles/page.css");
if (script.includes("</script") || script.includes(kDataMark)) throw new Error("the script would end its own element");
if (style.includes("</style")) throw new Error("the style would end its own element");

let page = await readFile("index.html", "utf8");
page = put(page, "/* page.css */", style.trim());
page = put(page, "/* main.ts */", script.trim());
if (page.split(kDataMark).length !== 2) throw new Error(`the page should hold ${kDataMark} exactly once`);

const [form, path] = process.argv.slice(2);
if (!["--embed", "--html"].includes(form) || !path) throw new Error("usage: node bundle.mjs --embed|--html FILE");
await mkdir(dirname(path), { recursive: true });
await writeFile(path, form === "--embed" ? as_cpp(page) : page);
