// Runs the scripts of the verification page that need no browser, as they are.
// Arguments: the scripts. Takes {keys, texts, list, indexes, now} as JSON on standard input.
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { runInThisContext } from "node:vm";

runInThisContext(process.argv.slice(2).map((path) => readFileSync(path, "utf8")).join("\n"));
const { keys, texts = [], lists = [] } = JSON.parse(await text(process.stdin));
const checkSeal = runInThisContext("checkSeal");
const statusIn = runInThisContext("statusIn");
const hex = (bytes) => Buffer.from(bytes).toString("hex");

async function sealed(given) {
  const { claims, ...verdict } = await checkSeal(given, keys);
  if (!claims) return verdict;
  const { id, fileHash, ...said } = claims;
  return { ...verdict, claims: { ...said, id: hex(id), ...(fileHash && { fileHash: hex(fileHash) }) } };
}

const seals = [];
for (const given of texts) seals.push(await sealed(given));
const statuses = [];
for (const { token, index } of lists) {
  statuses.push(await statusIn(token, index, keys).catch(() => null));
}
process.stdout.write(JSON.stringify({ seals, statuses }));
