// Opens DMN files with dmn-moddle, the model library of Camunda's and bpmn.io's editors, and saves them again.
// Reads {name: xml} as JSON from stdin; writes {name: {warnings, decisions, xml}}.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { DmnModdle } from 'dmn-moddle';

const zeebe = createRequire(import.meta.url)('zeebe-dmn-moddle/resources/zeebe.json');
const files = JSON.parse(readFileSync(0, 'utf8'));
const saved = {};

const text = (element) => element?.text ?? '';

const shown = (decision) => {
  const logic = decision.decisionLogic;
  const held = decision.extensionElements?.values ?? [];
  const properties = held.filter((each) => each.$type === 'banjie:properties').flatMap((each) => each.$children);
  return {
    id: decision.id,
    logic: logic?.$type,
    hitPolicy: logic?.hitPolicy,
    properties: Object.fromEntries(properties.map((each) => [each.name, each.value])),
    rules: (logic?.rule ?? []).map((rule) => [...(rule.inputEntry ?? []), ...rule.outputEntry].map(text)),
  };
};

for (const [name, xml] of Object.entries(files)) {
  const moddle = new DmnModdle({ zeebe });
  const { rootElement, warnings } = await moddle.fromXML(xml, 'dmn:Definitions');
  const decisions = rootElement.drgElement.filter((each) => each.$type === 'dmn:Decision').map(shown);
  const written = await moddle.toXML(rootElement, { format: true });
  saved[name] = { warnings: warnings.map((each) => each.message), decisions, xml: written.xml };
}
process.stdout.write(JSON.stringify(saved));
