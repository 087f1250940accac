// Read diagrams as Camunda Modeler does, write them, read what was written: one JSON object on standard output.
// Called by test_camunda_modeler_keeps_the_diagrams.py with the paths of the diagrams; needs the locked npm packages.
import { readFileSync } from 'node:fs';
import { BpmnModdle } from 'bpmn-moddle';

const zeebe = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const told = {};
for (const path of process.argv.slice(3)) {
  const moddle = new BpmnModdle({ zeebe });
  const first = await moddle.fromXML(readFileSync(path, 'utf8'));
  const { xml } = await moddle.toXML(first.rootElement, { format: true });
  const second = await moddle.fromXML(xml);
  const again = await moddle.toXML(second.rootElement, { format: true });
  told[path] = {
    warnings: [...first.warnings, ...second.warnings].map((one) => one.message),
    written: xml,
    stable: again.xml === xml,
  };
}
process.stdout.write(JSON.stringify(told));
