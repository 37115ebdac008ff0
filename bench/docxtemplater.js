// docxtemplater as an engine, answering as engines.py does: node docxtemplater.js FOLDER
const fs = require("fs");
const path = require("path");
const readline = require("readline");

let Docxtemplater, PizZip;
try {
  Docxtemplater = require("docxtemplater");
  PizZip = require("pizzip");
} catch {
  console.log("missing not installed (npm packages docxtemplater and pizzip; tools/setup.sh bench)");
  process.exit();
}

const folder = process.argv[2];
const template = fs.readFileSync(path.join(folder, "curly.docx"));
const views = JSON.parse(fs.readFileSync(path.join(folder, "views.json"), "utf8"));

// As its manual says: unzip, render, zip.
function make(view) {
  const document = new Docxtemplater(new PizZip(template), { paragraphLoop: true, linebreaks: true });
  document.render(view);
  return document.toBuffer();
}

// The process's own: what getrusage says would count the one that started it.
function memory() {
  return /VmHWM:\s*(\d+)/.exec(fs.readFileSync("/proc/self/status", "ascii"))[1];
}

function answer(line) {
  if (line === "memory") return memory();
  const [number, target] = line.split(" ");
  const begun = process.hrtime.bigint();
  const data = make(views[number]);
  const taken = Number(process.hrtime.bigint() - begun) / 1e6;
  if (target) fs.writeFileSync(target, data);
  return taken;
}

console.log("ready", require("docxtemplater/package.json").version);
readline.createInterface({ input: process.stdin }).on("line", (line) => console.log(String(answer(line))));
