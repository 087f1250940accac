// feelin's side of benchmarks/decision_tables.py: reads a job from standard input, prints µs by name.
// Called with the folder of the installed package. feelin keeps no compiled form: each figure includes
// reading the text, as it does in the products that use it.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const folder = process.argv[2];
const entry = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
const file = entry.exports?.['.']?.import?.default ?? entry.exports?.['.']?.import ?? entry.exports?.['.'] ?? entry.module ?? entry.main;
const { evaluate, unaryTest } = await import(pathToFileURL(path.join(folder, file)));
const job = JSON.parse(readFileSync(0, 'utf8'));

function micros(act) {
  act();
  const started = process.cpuUsage();
  act();
  const once = Math.max(spent(started), 1);
  const count = Math.max(1, Math.floor(200_000 / once));
  let best = Infinity;
  for (let round = 0; round < job.rounds; round += 1) {
    const began = process.cpuUsage();
    for (let n = 0; n < count; n += 1) act();
    best = Math.min(best, spent(began));
  }
  return best / count;
}

function spent(began) {
  const { user, system } = process.cpuUsage(began);
  return user + system;
}

function match(rules, values) {
  return rules.filter((cells) => cells.every((cell, at) => unaryTest(cell, { '?': values[at] }).value === true));
}

const found = {};
for (const [name, [text, variables]] of Object.entries(job.expressions)) {
  if (evaluate(text, variables).value === null) throw new Error(`Expected a value of ${name}, but found null`);
  found[name] = micros(() => evaluate(text, variables));
}
for (const [name, [rules, values]] of Object.entries(job.tables)) {
  if (match(rules, values).length !== 1) throw new Error(`Expected one rule of ${name} to match`);
  found[name] = micros(() => match(rules, values));
}
process.stdout.write(JSON.stringify(found));
