// Check FHIR resources with validators that others wrote: the npm package fhir, and the official JSON Schema of R4 with ajv.
// Use: node check.mjs FOLDER, where FOLDER holds *.json. Run by `make fhir-validators`, which installs the packages beside it.
import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const { Fhir } = require("fhir");
const SchemaValidator = require("@asymmetrik/fhir-json-schema-validator");

const [folder] = process.argv.slice(2);
const fhir = new Fhir();
const schema = new SchemaValidator();
let wrong = 0;
let checked = 0;

for (const name of readdirSync(folder).filter((file) => file.endsWith(".json")).sort()) {
  const resource = JSON.parse(readFileSync(join(folder, name), "utf8"));
  const inner = (resource.entry ?? []).map((entry) => entry.resource);
  for (const one of [resource, ...inner]) {
    const told = fhir.validate(one, { errorOnUnexpected: true });
    const errors = [
      ...told.messages.filter((m) => m.severity === "error" || m.severity === "fatal").map((m) => `fhir: ${m.location} ${m.message}`),
      ...schema.validate(one).map((e) => `schema: ${e.dataPath} ${e.message}`),
    ];
    checked += 1;
    wrong += errors.length ? 1 : 0;
    for (const error of errors) {
      console.log(`${name} ${one.resourceType}: ${error}`);
    }
  }
}
console.log(`${checked - wrong} passed, ${wrong} failed`);
process.exit(wrong || !checked ? 1 : 0);
