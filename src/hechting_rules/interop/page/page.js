"use strict";
// A consultation in the browser. All state lives in this tab: the snapshot that the service gave last, and nothing is stored.

const SAY = {
  nl: {
    skip: "Naar de vragen", eyebrow: "Hechting: risico of bescherming?", title: "Een consult proberen", language: "Taal",
    undo: "Ongedaan maken", fresh: "Nieuw", open: "Openen", save: "Bewaren",
    unreviewed: "Niet klinisch beoordeeld.", reviewed: "Klinisch beoordeeld: ",
    notice: "Voor onderwijs en uitproberen, door professionals. Geen diagnose, geen score.",
    private: "Wat u invult gaat naar deze dienst, die niets bewaart; noem geen namen.",
    who: "Over wie", child: "Kind", adult: "Volwassene of ouder", notKnown: "nog niet gezegd",
    noChild: "geen kind", noAdult: "geen volwassene", numbers: "Leeftijd of zwangerschapsweek",
    ask: "Nu vragen", next: "Daarna", yes: "Ja", no: "Nee", unknown: "Niet bekend",
    keys: "Toetsen: j, n of ? (niet bekend)",
    nothingToAsk: "Er is nu niets meer te vragen dat nog iets verandert.", safetyFirst: "Veiligheid gaat voor (niet uit het artikel)",
    moreToAsk: "en nog {n} vragen", bears: "telt mee bij: {what}",
    changes: "Wat er veranderde", after: "Na “{what}”", without: "Zonder “{what}”", undone: "Ongedaan gemaakt: “{what}”",
    nothingChanged: "de suggesties blijven zoals ze zijn.",
    appears: "nieuw", goes: "weg", differs: "anders", counted: "{n} {what}", alsoChanged: "en nog {n}",
    suggestions: "Suggesties", none: "Nog geen suggestie. Dat is geen geruststelling: wat niet gevraagd is, is niet bekend.",
    screens: "Eerst nagaan (niet uit het artikel)", held: "Wacht hiermee, eerst", perhaps: "misschien", dependsOn: "Hangt af van",
    after2: "Na", route: "Waarheen", checked: "nagekeken op {day}", because: "Waarom", place: "In het artikel",
    nextStep: "Volgende stap na", heldShort: "wacht", general: "Algemeen advies, als het past", possible: "Misschien ook, als meer bekend is",
    more: "Toon alle {n}", fewer: "Toon minder", explain: "Uitleg", waiting: "Even…",
    given: "Wat bekend is", nothingGiven: "Nog niets. Begin met de levensfase, of met wat u is opgevallen.", takeBack: "Terugnemen",
    moot: "ook wat bij deze levensfase niet telt", countsNot: "telt niet bij deze levensfase", follows: "{value}: volgt uit “{from}”",
    all: "Alle bevindingen", search: "Zoek een bevinding", hits: "{n} gevonden", oneHit: "1 gevonden", noHits: "Niets gevonden. Probeer een ander woord.",
    answered: "{n} beantwoord", parts: "{n} onderdelen",
    whynot: "Waarom staat iets er niet?", seek: "Zoek een suggestie of tussenstap", stands: "Waar dit op rust", any: "Elke groep is genoeg",
    rules: "De regels", below: "Waar dat op rust", unless: "tenzij", worded: "zo verwoord: {how}", notArticle: "Niet uit het artikel.",
    today: "Kanttekening van nu (niet uit het artikel)", full: "Volledige kanttekening", short: "Wat er nog aan ontbreekt, het dichtstbij eerst",
    waitsFor: "Waar dit op wacht", hangs: "Waar dit van afhangt", noAdvice: "Dit is geen advies: het laat zien waar een uitkomst van afhangt.",
    comesWith: "Komt erbij met", goesWith: "Valt weg met", robust: "Het blijft staan, wat er ook nog bekend wordt.",
    notRobust: "Het staat met wat nu bekend is; wat nog niet bekend is kan dit veranderen.", rule: "regel", assumed: "Zolang niet blijkt",
    noReassurance: "Dat dit niet vaststaat is geen geruststelling.",
    drawn: "De redenering getekend", which: "Teken", whole: "alles wat de suggesties dragen",
    drawnTold: "Van links, wat bekend is, naar rechts, de suggesties (dubbele rand). Onderbroken: nog niet zeker. Gestippeld: wacht.",
    about: "Waarvoor dit is, en waarvoor niet", rulebook: "Regelboek {id} {version}, profiel {profile}",
    clash: "Dit past niet bij wat er al staat", clashText: "“{what}” gaat niet samen met:", replace: "Neem dat terug en zet dit", leave: "Laat zoals het was",
    cannot: "“{what}” kan hier niet: {why}", newTitle: "Opnieuw beginnen?", newText: "Wat bekend is wordt gewist. Bewaar het eerst als u het nog nodig hebt.",
    newYes: "Begin opnieuw", newNo: "Ga verder", offline: "De service antwoordt niet. Wat u invulde staat hier nog.", retry: "Probeer opnieuw",
    notOpened: "Dit bestand kan niet worden geopend:", opened: "Geopend: {what}", barNow: "{n} suggesties", barOne: "1 suggestie", barSafety: "veiligheid: {n}", barGo: "Bekijk",
    invalid: "Geef een getal van {least} tot {most}.",
  },
  en: {
    skip: "Skip to the questions", eyebrow: "Attachment: risk or protection?", title: "Try a consultation", language: "Language",
    undo: "Undo", fresh: "New", open: "Open", save: "Save",
    unreviewed: "Not reviewed clinically.", reviewed: "Reviewed clinically: ",
    notice: "For education and trying out, by professionals. No diagnosis, no score.",
    private: "What you enter goes to this service, which keeps nothing; give no names.",
    who: "About whom", child: "Child", adult: "Adult or parent", notKnown: "not said yet",
    noChild: "no child", noAdult: "no adult", numbers: "Age or week of pregnancy",
    ask: "Ask now", next: "After that", yes: "Yes", no: "No", unknown: "Not known",
    keys: "Keys: y, n or ? (not known)",
    nothingToAsk: "There is nothing left to ask that can still change anything.", safetyFirst: "Safety comes first (not from the article)",
    moreToAsk: "and {n} more questions", bears: "bears on: {what}",
    changes: "What changed", after: "After “{what}”", without: "Without “{what}”", undone: "Undone: “{what}”",
    nothingChanged: "the suggestions stay as they are.",
    appears: "new", goes: "gone", differs: "changed", counted: "{n} {what}", alsoChanged: "and {n} more",
    suggestions: "Suggestions", none: "No suggestion yet. That is no reassurance: what was not asked is not known.",
    screens: "Look at first (not from the article)", held: "Hold this, first", perhaps: "perhaps", dependsOn: "Depends on",
    after2: "After", route: "Where to turn", checked: "checked on {day}", because: "Why", place: "In the article",
    nextStep: "Next step after", heldShort: "on hold", general: "General advice, where it fits", possible: "Perhaps too, once more is known",
    more: "Show all {n}", fewer: "Show fewer", explain: "Explanation", waiting: "One moment…",
    given: "What is known", nothingGiven: "Nothing yet. Begin with the life stage, or with what you noticed.", takeBack: "Take back",
    moot: "also what does not count at this life stage", countsNot: "does not count at this life stage", follows: "{value}: follows from “{from}”",
    all: "All findings", search: "Search for a finding", hits: "{n} found", oneHit: "1 found", noHits: "Nothing found. Try another word.",
    answered: "{n} answered", parts: "{n} parts",
    whynot: "Why is something not there?", seek: "Search for a suggestion or a step", stands: "What this rests on", any: "Each group is enough",
    rules: "The rules", below: "What that rests on", unless: "unless", worded: "worded {how}", notArticle: "Not from the article.",
    today: "What is known today (not from the article)", full: "The note in full", short: "What it is short of, nearest first",
    waitsFor: "What this waits for", hangs: "What this hangs on", noAdvice: "This is no advice: it shows what a result hangs on.",
    comesWith: "Comes up with", goesWith: "Goes with", robust: "It stays, whatever else becomes known.",
    notRobust: "It stands by what is known now; what is not known yet can change this.", rule: "rule", assumed: "As long as it does not turn out",
    noReassurance: "That this is not established is no reassurance.",
    drawn: "The reasoning drawn", which: "Draw", whole: "all that carries the suggestions",
    drawnTold: "From the left, what is known, to the right, the suggestions (double border). Dashed: not certain yet. Dotted: on hold.",
    about: "What this is for, and what not", rulebook: "Rulebook {id} {version}, profile {profile}",
    clash: "This does not go with what is there", clashText: "“{what}” does not go with:", replace: "Take that back and set this", leave: "Leave it as it was",
    cannot: "“{what}” cannot be here: {why}", newTitle: "Start again?", newText: "What is known will be cleared. Save it first if you still need it.",
    newYes: "Start again", newNo: "Go on", offline: "The service does not answer. What you entered is still here.", retry: "Try again",
    notOpened: "This file cannot be opened:", opened: "Opened: {what}", barNow: "{n} suggestions", barOne: "1 suggestion", barSafety: "safety: {n}", barGo: "See",
    invalid: "Give a number from {least} to {most}.",
  },
};
const PERSONS = ["child", "adult"];
const STATUSES = ["present", "absent", "unknown"];
const SHOWN = { safety: 99, article: 5, today: 2, host: 2 };
const HITS = 40, SCREENS = 4, CHANGES = 4, NEXT = 3, SETS = 5, PAUSE = 180;

const state = {
  lang: (navigator.language || "nl").toLowerCase().startsWith("nl") ? "nl" : "en",
  vocabulary: null, findings: new Map(), results: new Map(), flags: new Map(),
  last: null, answers: new Map(), implied: new Map(), note: "", before: null, steps: null, undo: [],
  all: new Set(), explained: new Map(), openWhy: new Set(), drawCode: "", wanted: "", counts: "", told: null, turn: 0,
};
const at = (id) => document.getElementById(id);

// --- small things -----------------------------------------------------------------------------------------------------------

function say(key, values = {}) {
  return (SAY[state.lang][key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
const text = (both) => (both ? both[state.lang] : "");
const word = (set, key) => text(state.vocabulary.words[set]?.[key]) || key;

/** An element: attributes that are functions are listeners; children are elements or text, never markup. */
function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return made;
}
const fill = (element, ...children) => element.replaceChildren(...children.flat(3).filter(Boolean));
const unique = (list) => [...new Set(list)];

function nameOf(name, value) {
  if (PERSONS.includes(name)) {
    if (value === "none") return say(name === "child" ? "noChild" : "noAdult");
    const stage = state.vocabulary.stages.find((one) => one.code === value);
    return stage ? text(stage.label) : value;
  }
  const quantity = state.vocabulary.quantities.find((one) => one.name === name);
  if (quantity) return `${text(quantity.label)}: ${String(value).replace(".", state.lang === "nl" ? "," : ".")}`;
  return `${labelOf(name)}: ${answerWord(value)}`;
}
function labelOf(code) {
  const finding = state.findings.get(code);
  if (!finding) return state.results.has(code) ? text(state.results.get(code).title) : PERSONS.includes(code) ? say(code).toLowerCase() : code;
  const group = text(state.vocabulary.groups.find((one) => one.id === finding.group)?.about).toLowerCase();
  return `${group}: ${text(finding.label)}`;
}
const answerWord = (status) => say({ present: "yes", absent: "no", unknown: "unknown" }[status] || status).toLowerCase();

// --- talking to the service -------------------------------------------------------------------------------------------------

class Refused extends Error {
  constructor(problem) { super(problem.detail); this.problem = problem; }
}

async function post(path, body, media = "application/json") {
  const answer = await fetch(`${path}${path.includes("?") ? "&" : "?"}lang=${state.lang}`, {
    method: "POST", headers: { "Content-Type": media }, body: typeof body === "string" ? body : JSON.stringify(body), cache: "no-store",
  });
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({ status: answer.status, detail: answer.statusText }));
  if (answer.status >= 500) throw new Error(told.detail);
  throw new Refused(told);
}

let line = Promise.resolve();
/** One request after another, in the order in which they were asked for. */
function inTurn(work) {
  line = line.then(work, work);
  return line;
}

function trouble(message, again) {
  const box = at("trouble");
  box.hidden = !message;
  fill(box, message && h("span", {}, message), message && again && h("button", { type: "button", click: () => { trouble(""); again(); } }, say("retry")));
}

/** Tell or take back, in order; what cannot be beside the rest is asked about. */
function tell(steps, told) {
  return inTurn(async () => {
    const before = new Map(state.answers);
    const body = state.last ? { snapshot: state.last.snapshot, do: steps } : { do: steps };
    document.body.setAttribute("aria-busy", "true");
    at("told").classList.add("hp-busy");
    try {
      const found = await (await post("consultation", body)).json();
      if (told.key === "undone") state.undo.pop();
      else state.undo.push({ steps: inverse(steps, before), told });
      state.before = body.snapshot ?? null;
      state.steps = steps;
      take(found, told);
    } catch (error) {
      if (!(error instanceof Refused)) { trouble(say("offline"), () => tell(steps, told)); showAnswers(); return; }
      await refused(error.problem, steps, told);
    } finally {
      document.body.removeAttribute("aria-busy");
      at("told").classList.remove("hp-busy");
    }
  });
}

function inverse(steps, before) {
  const names = unique(steps.map((step) => (step.tell ? step.tell[0] : step.withdraw))).reverse();
  const gone = names.filter((name) => !before.has(name)).map((name) => ({ withdraw: name }));
  return [...gone, ...names.filter((name) => before.has(name)).map((name) => ({ tell: [name, before.get(name)] }))];
}

async function refused(problem, steps, told) {
  if (problem.status === 409) return restart();
  const clashes = problem.clashes ?? [];
  showAnswers();
  if (!clashes.length) {
    const why = (problem.errors ?? []).map((one) => [one.what, one.allowed].filter(Boolean).join("; ")).join(". ") || problem.detail;
    return trouble(say("cannot", { what: wordsOf(told), why }));
  }
  const list = h("ul", {}, clashes.map((one) => h("li", {}, nameOf(one.name, one.value))));
  const yes = await ask(say("clash"), [h("p", {}, say("clashText", { what: wordsOf(told) })), list], say("replace"), say("leave"));
  if (yes) tell([...clashes.map((one) => ({ withdraw: one.name })), ...steps], told);
}

/** The rules of the service are others than before: go on from the case. */
async function restart() {
  const kept = { ...state.last.case };
  state.undo = [];
  take(await (await post("consultation", { case: kept })).json(), null);
}

function take(found, told) {
  state.last = found;
  state.turn += 1;
  state.wanted = "";
  state.told = told;
  state.answers = answersIn(found.case);
  state.implied = new Map(found.implied.map((one) => [one.code, one]));
  state.explained.clear();
  trouble("");
  showAll(told);
}

function answersIn(kept) {
  const found = new Map();
  const person = (name, age, quantity) => {
    const stage = typeof kept[name] === "string" ? kept[name] : kept[name]?.stage;
    if (stage) found.set(name, stage);
    if (kept[name]?.[age] !== undefined) found.set(quantity, kept[name][age]);
  };
  person("child", "age_months", "child_age_months");
  person("adult", "age_years", "adult_age_years");
  if (kept.pregnancy_week !== undefined) found.set("pregnancy_week", kept.pregnancy_week);
  for (const status of STATUSES) for (const code of kept[status] ?? []) found.set(code, status);
  return found;
}

const give = (name, value) => tell([{ tell: [name, value] }], { key: "after", pair: [name, value] });
const takeBack = (name) => tell([{ withdraw: name }], { key: "without", pair: [name, state.answers.get(name)] });
/** What was told, in words. */
const wordsOf = (told) => (told.pair ? nameOf(...told.pair) : told.what);

// --- whom it is about -------------------------------------------------------------------------------------------------------

const pauses = new Map();
/** Wait for a moment of rest, so that going through choices with the arrow keys tells the last one only. */
function atRest(name, work) {
  clearTimeout(pauses.get(name));
  pauses.set(name, setTimeout(() => { pauses.delete(name); work(); }, PAUSE));
}

function buildWho() {
  fill(at("stages"), PERSONS.map((person) => {
    const stages = state.vocabulary.stages.filter((one) => one.of === person);
    const choice = h("select", {
      id: `stage-${person}`,
      change: (event) => { const value = event.target.value; atRest(person, () => (value ? give(person, value) : state.answers.has(person) && takeBack(person))); },
    },
    h("option", { value: "" }, say("notKnown")), stages.map((one) => h("option", { value: one.code }, text(one.label))),
    h("option", { value: "none" }, say(person === "child" ? "noChild" : "noAdult")));
    return h("div", {}, h("label", { for: `stage-${person}` }, say(person)), choice);
  }));
  fill(at("numbers"), state.vocabulary.quantities.map((one) => {
    const input = h("input", {
      type: "number", id: `number-${one.name}`, min: one.least, max: one.most, step: "any", inputmode: "decimal",
      change: (event) => number(one, event.target),
    });
    return h("div", {}, h("label", { for: input.id }, text(one.label)), input);
  }));
}

function number(quantity, input) {
  if (input.value === "" && !input.validity.badInput) {
    if (state.answers.has(quantity.name)) takeBack(quantity.name);
  } else if (input.validity.badInput || input.valueAsNumber < quantity.least || input.valueAsNumber > quantity.most) {
    trouble(`${text(quantity.label)}: ${say("invalid", quantity)}`);
  } else give(quantity.name, input.valueAsNumber);
}

// --- what to ask now --------------------------------------------------------------------------------------------------------

function questions() {
  const wanted = state.last.advice.ask_next.filter((one) => one.code === state.wanted);
  const near = [...wanted, ...state.last.ask_next.filter((one) => one.code !== state.wanted)], asked = new Set(near.map((one) => one.code));
  const rest = state.last.advice.ask_next.filter((one) => !asked.has(one.code));
  const open = new Set([...asked, ...rest.map((one) => one.code)]);
  return [...near, ...rest.filter((one) => !open.has(one.after))];
}

function answerButtons(code, label, withKeys) {
  const yes = state.lang === "nl" ? "j" : "y";
  return h("div", { class: "hp-yesno", role: "group", "aria-label": label }, STATUSES.map((status) => h("button", {
    type: "button", "data-answer": status, "aria-keyshortcuts": withKeys ? { present: yes, absent: "n", unknown: "?" }[status] : null,
    click: () => { focusAfter = "question"; give(code, status); },
  }, say({ present: "yes", absent: "no", unknown: "unknown" }[status]))));
}

function stageButtons(person, label) {
  const button = (code) => h("button", { type: "button", "data-answer": code, click: () => { focusAfter = "question"; give(person, code); } }, nameOf(person, code));
  const stages = state.vocabulary.stages.filter((one) => one.of === person).map((one) => one.code);
  return h("div", { class: "hp-yesno", role: "group", "aria-label": label }, [...stages, "none"].map(button));
}

let focusAfter = "";
function showAsked() {
  const all = questions();
  if (!all.length) return fill(at("ask"), h("p", { class: "hp-calm" }, say("nothingToAsk")));
  const [now, ...later] = all;
  const safety = now.code.startsWith("safety.");
  const what = unique(now.could_change.map((code) => state.results.get(code)).filter(Boolean).map((one) => text(one.title)));
  const label = h("h3", { tabindex: "-1", id: "question" }, now.question);
  const stage = PERSONS.includes(now.code);
  const card = h("div", { class: `hp-question${safety ? " hp-first" : ""}`, keydown: (event) => byKey(event, now.code, stage) },
    safety && h("p", { class: "hr-quiet" }, say("safetyFirst")), label,
    now.reason && h("p", { class: "hr-quiet" }, now.reason),
    stage ? stageButtons(now.code, now.question) : answerButtons(now.code, now.question, true),
    !stage && h("p", { class: "hr-quiet hp-keys" }, say("keys")));
  const rest = later.slice(0, NEXT - 1).map((one) => h("li", {}, h("span", {}, one.question),
    PERSONS.includes(one.code) ? null : answerButtons(one.code, one.question, false)));
  const left = later.length - rest.length;
  fill(at("ask"), card, rest.length > 0 && h("ul", { class: "hp-next", "aria-label": say("next") }, rest),
    left > 0 && h("p", { class: "hr-more" }, say("moreToAsk", { n: left })));
  if (what.length) card.title = say("bears", { what: what.slice(0, 3).join(" · ") });
  if (focusAfter === "question") {
    label.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }
  focusAfter = "";
}

function byKey(event, code, stage) {
  if (stage || event.ctrlKey || event.altKey || event.metaKey) return;
  const status = { j: "present", y: "present", n: "absent", "?": "unknown" }[event.key.toLowerCase()];
  if (!status) return;
  event.preventDefault();
  focusAfter = "question";
  give(code, status);
}

// --- what changed -----------------------------------------------------------------------------------------------------------

function showChange(told) {
  state.counts = "";
  if (!told) return fill(at("change"));
  const lead = h("strong", {}, say(told.key, { what: wordsOf(told) }));
  if (told.key === "opened") return fill(at("change"), h("p", {}, lead));
  const moved = state.last.changed.changed.filter((one) => one.told && (one.before.outcome !== one.after.outcome || heldOf(one.before) !== heldOf(one.after)));
  const origin = (one) => state.results.get(one.code)?.origin;
  const held = (one) => (heldOf(one.after) ? 1 : 0);
  const shown = moved.filter(origin).sort((a, b) => (origin(b) === "safety") - (origin(a) === "safety") || held(a) - held(b));
  const words = { appears: "appears", goes: "goes", changes: "differs" };
  const counts = Object.keys(words).map((move) => [move, shown.filter((one) => one.move === move).length]).filter(([, n]) => n)
    .map(([move, n]) => say("counted", { n, what: say(words[move]) }));
  state.counts = counts[0] ?? "";
  const head = h("p", {}, lead, counts.length ? `: ${counts.join(", ")}.` : `: ${say("nothingChanged")}`);
  const items = shown.slice(0, CHANGES).map((one) => h("li", {}, h("b", {}, movedWord(one, words)), one.title));
  const left = shown.length - items.length;
  fill(at("change"), head, items.length > 0 && h("ul", {}, items), left > 0 && h("p", { class: "hr-more" }, say("alsoChanged", { n: left })));
}
const heldOf = (standing) => standing.withheld_by.map((one) => one.id).join();
const movedWord = (one, words) => (one.move !== "goes" && heldOf(one.after) ? say("heldShort") : say(words[one.move]));

// --- the suggestions --------------------------------------------------------------------------------------------------------

function showAdvice() {
  const advice = state.last.advice;
  const told = [...advice.safety, ...advice.suggestions];
  const parts = ["safety", "article", "today", "host"].map((origin) => {
    const own = told.filter((one) => one.origin === origin);
    const general = origin === "safety" ? [] : own.filter((one) => one.on_occasion);
    const rest = own.filter((one) => !general.includes(one));
    return { origin, now: rest.filter((one) => one.status === "established"), perhaps: rest.filter((one) => one.status !== "established"), general };
  });
  const [safety, ...others] = parts;
  const anything = parts.some((one) => one.now.length);
  fill(at("advice"), part(safety), screens(advice), !anything && h("p", { class: "hr-nothing" }, say("none")),
    others.map(part));
  showBar(parts);
}

function part({ origin, now, perhaps, general }) {
  if (!now.length && !perhaps.length && !general.length) return null;
  const all = state.all.has(origin), most = all ? Infinity : SHOWN[origin];
  const held = unique(now.flatMap((one) => one.withheld_by));
  const left = now.length - Math.min(now.length, most);
  const list = (items) => h("ol", { class: "hr-items" }, items.map(item));
  const fold = (items, key) => items.length > 0 && h("details", { class: "hr-details", "data-keep": `${origin}-${key}` },
    h("summary", {}, h("h3", {}, `${say(key)} (${items.length})`)), list(items));
  return h("section", { class: `hr-part hr-part-${origin}`, "aria-labelledby": `part-${origin}` },
    h("h2", { id: `part-${origin}` }, word("origins", origin)),
    held.length > 0 && h("p", { class: "hr-hold" }, h("b", {}, `${say("held")}: `), held.map(flagName).join("; ")),
    now.length > 0 && list(now.slice(0, most)),
    (left > 0 || all) && now.length > SHOWN[origin] && h("p", { class: "hr-more" }, h("button", {
      type: "button", id: `more-${origin}`, "aria-expanded": String(all),
      click: () => { if (all) state.all.delete(origin); else state.all.add(origin); keepOpen(showAdvice); at(`more-${origin}`)?.focus(); },
    }, all ? say("fewer") : say("more", { n: now.length }))),
    fold(perhaps, "possible"), fold(general, "general"));
}

const flagName = (id) => state.last.advice.flags.find((one) => one.id === id)?.name ?? text(state.flags.get(id)?.name) ?? id;

function screens(advice) {
  const order = Object.keys(state.vocabulary.words.levels);
  const level = (id) => state.flags.get(id)?.level;
  const shown = advice.suggestions.filter((one) => one.status === "established" && !one.on_occasion).flatMap((one) => one.screen_first);
  const ids = unique([...advice.screen_first, ...shown]).sort((a, b) => order.indexOf(level(a)) - order.indexOf(level(b)) || a.localeCompare(b));
  if (!ids.length || !state.answers.size) return null;
  const list = (some) => h("ul", { class: "hp-screens" }, some.map((id) => h("li", {}, screenName(id), h("span", {}, word("levels", level(id))))));
  return h("section", { class: "hr-first", "aria-labelledby": "screens-h" }, h("h2", { id: "screens-h" }, say("screens")),
    list(ids.slice(0, SCREENS)), ids.length > SCREENS && h("details", { class: "hp-more", "data-keep": "screens" },
      h("summary", {}, say("alsoChanged", { n: ids.length - SCREENS })), list(ids.slice(SCREENS))));
}

/** The name of a flag; where there is a question about it, a way to have it asked now. */
function screenName(id) {
  const open = state.last.advice.ask_next.map((one) => one.code);
  const code = (state.flags.get(id)?.asks ?? []).find((one) => open.includes(one));
  if (!code) return h("span", {}, flagName(id));
  return h("button", { type: "button", click: () => { state.wanted = code; focusAfter = "question"; showAsked(); } }, flagName(id));
}

function item(one) {
  const established = one.status === "established", held = one.withheld_by.length > 0;
  const urgent = one.level === "act_now" || one.level === "same_day";
  const kind = one.level ? word("levels", one.level) : word("kinds", one.kind);
  const marks = [!established && say("perhaps"), held && say("heldShort")].filter(Boolean);
  const facts = unique(one.why.flatMap((facts) => facts.filter((fact) => fact.name.includes(".")).map((fact) => fact.label)));
  const openTerms = unique(one.because.flatMap((rule) => rule.premises.filter((p) => ["not known", "asked, not known", "possible"].includes(p.status)).map((p) => p.label)));
  const places = unique(one.because.flatMap((rule) => rule.statements.map((place) => `${place.id} “${place.locator}”`)));
  const row = (name, value) => value && h("div", {}, h("dt", {}, say(name)), h("dd", {}, value));
  const few = (list, n) => (list.length > n ? `${list.slice(0, n).join("; ")}; …` : list.join("; "));
  const classes = ["hr-item", `hr-of-${one.origin}`, urgent && "hr-urgent", !established && "hr-perhaps", held && "hr-held"];
  return h("li", { class: classes.filter(Boolean).join(" "), id: `at-${one.code}` },
    h("h3", {}, h("span", { class: "hr-kind" }, `${kind}${marks.length ? ` (${marks.join(", ")})` : ""}: `), one.summary),
    urgent && one.text && h("p", {}, one.text),
    h("dl", {}, row("route", one.route && `${one.route.text} (${say("checked", { day: one.route.checked_on })})`),
      row("after2", one.after.map(flagName).join("; ")),
      established ? row("because", few(facts, 3)) : row("dependsOn", few(openTerms, 3)),
      established && row("place", few(places, 2)),
      row("nextStep", one.next_step_of && text(state.results.get(one.next_step_of)?.title))),
    why(one.code, urgent ? "" : one.text));
}

// --- why, and why not -------------------------------------------------------------------------------------------------------

function why(code, words) {
  const box = h("div", { class: "hp-explained" });
  const fold = h("details", { class: "hr-details hp-why", open: state.openWhy.has(code) }, h("summary", {}, say("explain"),
    h("span", { class: "hr-hidden" }, ` ${text(state.results.get(code)?.title)}`)), words && h("p", {}, words), box);
  fold.addEventListener("toggle", () => {
    if (fold.open) { state.openWhy.add(code); explain(code, box); } else state.openWhy.delete(code);
  });
  if (fold.open) explain(code, box);
  return fold;
}

async function explain(code, box) {
  const turn = state.turn, key = `${state.lang} ${code}`;
  if (!state.explained.has(key)) {
    if (!box.childElementCount) fill(box, h("p", { class: "hp-calm" }, say("waiting")));
    try {
      const found = await (await post(`explain?code=${encodeURIComponent(code)}`, caseNow())).json();
      if (turn !== state.turn) return;
      state.explained.set(key, found);
    } catch { fill(box); trouble(say("offline"), () => explain(code, box)); return; }
  }
  fill(box, explanation(state.explained.get(key)));
}

function explanation(found) {
  const established = found.standing.outcome === "established";
  const names = (facts) => facts.map((fact) => fact.label).join("; ");
  const sets = established ? found.why.filter((facts) => facts.length).slice(0, SETS) : [];
  const assumed = established ? unique([...found.because, ...found.below].flatMap((rule) => rule.unless.filter((p) => p.status !== "ruled out").map((p) => p.label))) : [];
  const ways = found.why_not.slice(0, 3);
  const hangs = found.counterfactual;
  return [
    h("p", {}, established ? say(found.standing.robust ? "robust" : "notRobust") : `${word("outcomes", found.standing.outcome)}. ${say("noReassurance")}`),
    sets.length > 0 && [h("h4", {}, sets.length > 1 ? `${say("stands")} (${say("any").toLowerCase()})` : say("stands")), h("ul", {}, sets.map((facts) => h("li", {}, names(facts))))],
    assumed.length > 0 && [h("h4", {}, say("assumed")), h("ul", {}, assumed.map((label) => h("li", {}, label)))],
    ways.length > 0 && [h("h4", {}, say(established ? "waitsFor" : "short")), ways.map((way) => h("div", { class: "hr-rule" }, h("h5", {}, way.title),
      h("ul", { class: "hp-facts" }, way.obstacles.map((one) => h("li", {}, h("span", {}, one.label), h("span", {}, word("gaps", one.gap)))))))],
    found.because.length > 0 && [h("h4", {}, say("rules")), found.because.map(rule)],
    established && found.below.length > 0 && h("details", { class: "hp-more" }, h("summary", {}, `${say("below")} (${found.below.length})`), found.below.map(rule)),
    hangs && (hangs.sets.length > 0 || hangs.none) && h("details", { class: "hp-more" }, h("summary", {}, say("hangs")),
      hangs.sets.length ? [h("ul", {}, hangs.sets.slice(0, SETS).map((facts) => h("li", {}, `${say(hangs.adds ? "comesWith" : "goesWith")}: ${names(facts)}`))), h("p", { class: "hr-quiet" }, say("noAdvice"))]
        : h("p", { class: "hr-quiet" }, word("no_way", hangs.none))),
  ];
}

/** A rule with what the case gives for it, its place in the article, and how that stands today. */
function rule(one) {
  const premise = (p, lead) => h("li", {}, h("span", {}, lead && h("b", {}, `${lead} `), p.label), h("span", {}, word("known", p.status)));
  const sections = unique(one.statements.map((place) => place.section));
  const note = one.evidence;
  return h("div", { class: "hr-rule" }, h("h5", {}, one.title),
    h("p", { class: "hr-quiet" }, `${say("rule")} `, h("code", {}, one.rule)),
    h("ul", { class: "hp-facts" }, one.premises.map((p) => premise(p, "")), one.unless.map((p) => premise(p, say("unless")))),
    one.statements.length === 0 && h("p", { class: "hr-quiet" }, say("notArticle")),
    one.statements.length > 0 && h("p", { class: "hr-places" }, h("b", {}, `${say("place")}: `),
      sections.map((name) => `${name}: ${one.statements.filter((p) => p.section === name).map((p) => `${p.id} “${p.locator}”`).join(", ")}`).join("; "),
      `; ${say("worded", { how: word("wordings", one.wording) })}`),
    note && h("div", { class: "hr-note" }, h("p", {}, h("b", {}, `${say("today")}: `), `${note.standing.map((s) => word("standings", s)).join(", ")}. ${note.caution}`),
      note.full !== note.caution && h("details", {}, h("summary", {}, say("full")), h("p", {}, note.full), h("p", { class: "hr-quiet" }, h("code", {}, note.claim)))));
}

function showSought() {
  const wanted = at("seek").value.trim().toLowerCase();
  if (wanted.length < 2) return fill(at("sought"));
  const found = state.vocabulary.results.filter((one) => matches(wanted, [text(one.title), one.code]));
  fill(at("sought"), h("p", { class: "hr-quiet" }, counted(found.length)),
    h("ul", { class: "hp-results" }, found.slice(0, 8).map((one) => h("li", {}, h("p", {}, one.kind && h("b", {}, `${word("kinds", one.kind)}: `), text(one.title)), why(one.code, "")))));
}

// --- what is known, and all findings ----------------------------------------------------------------------------------------

function showGiven() {
  const names = [...state.answers.keys()];
  if (!names.length) return fill(at("answers"), h("p", { class: "hp-calm" }, say("nothingGiven")));
  fill(at("answers"), h("ul", { class: "hp-answers" }, names.map((name) => {
    const value = state.answers.get(name);
    const [label, answer] = state.findings.has(name) ? [labelOf(name), answerWord(value)] : ["", nameOf(name, value)];
    return h("li", {}, h("span", {}, label && `${label}: `, h("b", {}, answer), counts(name) ? "" : h("span", { class: "hr-quiet" }, ` (${say("countsNot")})`)),
      h("button", { type: "button", click: () => { const next = names[names.indexOf(name) + 1]; takeBack(name).then(() => focusGiven(next)); }, "data-name": name }, say("takeBack"), h("span", { class: "hr-hidden" }, ` ${label || answer}`)));
  })));
}

function focusGiven(name) {
  const buttons = [...at("answers").querySelectorAll("button")];
  (buttons.find((one) => one.dataset.name === name) ?? buttons.at(-1) ?? at("search")).focus({ preventScroll: true });
}

function stageFor(finding) {
  const person = finding.about === "adult" ? "adult" : finding.about === "pregnancy" ? null : "child";
  return person ? state.last.advice.case[`${person}_stage`] : "";
}
/** Whether a finding counts at the life stage that is known. */
function counts(code) {
  const finding = state.findings.get(code);
  if (!finding) return true;
  const stage = stageFor(finding);
  if (!stage) return true;
  if (stage === "none") return !(finding.about === "child" || finding.about === "adult");
  return !finding.not_at.includes(stage) && (!finding.stages.length || finding.stages.includes(stage));
}

function matches(wanted, texts) {
  const plain = (value) => value.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  const whole = plain(texts.join(" "));
  return plain(wanted).split(/\s+/).every((part) => whole.includes(part));
}
const counted = (n) => (n ? say(n === 1 ? "oneHit" : "hits", { n }) : say("noHits"));

/** The findings under their subjects; those of a composite stand inside it. */
function buildGroups() {
  const inside = new Set(state.vocabulary.findings.flatMap((one) => one.details));
  const abouts = new Map();
  for (const group of state.vocabulary.groups) {
    const key = group.id.split("/")[0];
    if (!abouts.has(key)) abouts.set(key, { label: group.about, topics: [] });
    const own = state.vocabulary.findings.filter((one) => one.group === group.id && !inside.has(one.code));
    if (own.length) abouts.get(key).topics.push({ topic: group.topic, own });
  }
  const open = new Set([...at("groups").querySelectorAll("details[open]")].map((one) => one.dataset.about));
  fill(at("groups"), [...abouts].filter(([, one]) => one.topics.length).map(([key, one]) => {
    const body = h("div");
    const fold = h("details", { class: "hr-details hp-group", "data-about": key, open: open.has(key) },
      h("summary", {}, h("h3", {}, text(one.label)), h("span", { class: "hr-quiet", "data-count": key })), body);
    const build = () => { if (!body.childElementCount) { fill(body, one.topics.map((topic) => [h("h4", { class: "hp-topic" }, capital(text(topic.topic))), topic.own.map((finding) => field(finding))])); showAnswers(); } };
    fold.addEventListener("toggle", () => fold.open && build());
    if (open.has(key)) build();
    return fold;
  }));
}
const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

let fields = 0;
/** One finding as a question with three answers; arrow keys go through them. */
function field(finding, inParts = false) {
  fields += 1;
  const group = `f${fields}`;
  const radio = (status) => h("label", {}, h("input", {
    type: "radio", name: group, value: status, change: () => atRest(finding.code, () => give(finding.code, status)),
    click: (event) => { if (state.answers.get(finding.code) === status && event.detail > 0) { event.target.checked = false; takeBack(finding.code); } },
    keydown: (event) => { if ((event.key === "Delete" || event.key === "Backspace") && state.answers.has(finding.code)) { event.preventDefault(); takeBack(finding.code); } },
  }), say({ present: "yes", absent: "no", unknown: "unknown" }[status]));
  const made = h("fieldset", { "data-code": finding.code, title: text(finding.label) }, h("legend", {}, text(finding.question)),
    h("div", { class: "hp-radios" }, STATUSES.map(radio)), h("p", { class: "hp-note hr-quiet", hidden: true }));
  if (finding.details.length && !inParts) {
    const parts = h("div");
    const fold = h("details", { class: "hp-parts" }, h("summary", {}, say("parts", { n: finding.details.length })), parts);
    fold.addEventListener("toggle", () => { if (fold.open && !parts.childElementCount) { fill(parts, finding.details.map((code) => field(state.findings.get(code), true))); showAnswers(); } });
    made.append(fold);
  }
  return made;
}

/** Bring every field on the page in line with what is known. */
function showAnswers() {
  const all = at("moot").checked;
  for (const made of document.querySelectorAll("fieldset[data-code]")) {
    const code = made.dataset.code, value = state.answers.get(code), implied = state.implied.get(code);
    for (const input of made.querySelectorAll(":scope > .hp-radios input")) input.checked = input.value === value;
    const note = made.querySelector(":scope > .hp-note");
    const words = implied && !value ? say("follows", { value: answerWord(implied.status), from: PERSONS.includes(implied.from) ? nameOf(implied.from, state.answers.get(implied.from) ?? state.last.advice.case[`${implied.from}_stage`]) : labelOf(implied.from) }) : counts(code) ? "" : say("countsNot");
    note.hidden = !words;
    note.textContent = words;
    made.hidden = !all && !value && !counts(code);
  }
  for (const topic of document.querySelectorAll(".hp-topic")) {
    let next = topic.nextElementSibling, any = false;
    while (next && next.tagName === "FIELDSET") { any ||= !next.hidden; next = next.nextElementSibling; }
    topic.hidden = !any;
  }
  for (const count of document.querySelectorAll("[data-count]")) {
    const n = [...state.answers.keys()].filter((code) => state.findings.get(code)?.group.split("/")[0] === count.dataset.count).length;
    count.textContent = n ? say("answered", { n }) : "";
  }
  for (const person of PERSONS) {
    const choice = at(`stage-${person}`);
    if (choice && !pauses.has(person)) choice.value = state.answers.get(person) ?? "";
    const settled = state.last?.advice.case[`${person}_stage`];
    if (choice) choice.options[0].textContent = !state.answers.has(person) && settled ? nameOf(person, settled) : say("notKnown");
  }
  for (const quantity of state.vocabulary.quantities) {
    const input = at(`number-${quantity.name}`);
    if (input && input !== document.activeElement) input.value = state.answers.get(quantity.name) ?? "";
  }
  at("undo").disabled = !state.undo.length;
}

let searching = false;
function showSearch() {
  const wanted = at("search").value.trim();
  if (wanted.length < 2) {
    fill(at("hits"));
    if (searching) { searching = false; fill(at("groups")); buildGroups(); showAnswers(); }
    return;
  }
  searching = true;
  const all = at("moot").checked;
  const found = state.vocabulary.findings.filter((one) => (all || counts(one.code) || state.answers.has(one.code))
    && matches(wanted, [text(one.label), text(one.question), one.code, ...(one.synonyms[state.lang] ?? [])]));
  at("hits").textContent = counted(found.length);
  fill(at("groups"), found.slice(0, HITS).map((one) => field(one)));
  showAnswers();
}

// --- the drawing ------------------------------------------------------------------------------------------------------------

const trusted = window.trustedTypes?.createPolicy("hechting-drawing", { createHTML: (markup) => markup }) ?? { createHTML: (markup) => markup };

async function showDrawing() {
  if (!at("drawer").open || !state.last) return;
  const turn = state.turn;
  const told = [...state.last.advice.safety, ...state.last.advice.suggestions];
  if (!told.some((one) => one.code === state.drawCode)) state.drawCode = "";
  fill(at("which"), h("option", { value: "" }, say("whole")), told.map((one) => h("option", { value: one.code, selected: one.code === state.drawCode }, one.summary)));
  try {
    const code = state.drawCode ? `?code=${encodeURIComponent(state.drawCode)}` : "";
    const markup = (await (await post(`drawing${code}`, caseNow())).text()).replace(/<style>[\s\S]*?<\/style>/, "");  // its style stands in page.css
    if (turn !== state.turn) return;
    const parsed = new DOMParser().parseFromString(trusted.createHTML(markup), "image/svg+xml").documentElement;
    fill(at("drawing"), document.importNode(parsed, true));
  } catch (error) {
    fill(at("drawing"), h("p", { class: "hp-calm" }, error instanceof Refused ? error.problem.detail : say("offline")));
  }
}

// --- files ------------------------------------------------------------------------------------------------------------------

function caseNow() {
  return { ...state.last.case };
}

/** The case as a file: the YAML that the library reads, each text quoted as JSON quotes it. */
function asYaml(kept) {
  const lines = [`schema: ${kept.schema}`];
  if (kept.id) lines.push(`id: ${JSON.stringify(kept.id)}`);
  if (state.note) lines.push(`note: ${JSON.stringify(state.note)}`);
  for (const name of PERSONS) if (kept[name] === "none") lines.push(`${name}: none`);
    else if (kept[name]) lines.push(`${name}: {${Object.entries(kept[name]).map(([key, value]) => `${key}: ${value}`).join(", ")}}`);
  if (kept.pregnancy_week !== undefined) lines.push(`pregnancy_week: ${kept.pregnancy_week}`);
  for (const status of STATUSES) if (kept[status]?.length) lines.push(`${status}:`, ...kept[status].map((code) => `  - ${code}`));
  return `${lines.join("\n")}\n`;
}

function save() {
  const url = URL.createObjectURL(new Blob([asYaml(state.last.case)], { type: "application/yaml" }));
  h("a", { href: url, download: `${(state.last.case.id || say("title")).replace(/[^\w-]+/g, "-").toLowerCase()}.yaml` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

async function openFile(file) {
  if (!file) return;
  const words = await file.text();
  inTurn(async () => {
    try {
      const found = await (await post("consultation", { case: words })).json();
      state.note = found.case.note ?? "";
      delete found.case.note;
      state.undo = [];
      state.before = null;
      state.steps = null;
      take(found, { key: "opened", what: file.name });
    } catch (error) {
      if (!(error instanceof Refused)) return trouble(say("offline"), () => openFile(file));
      const wrong = (error.problem.errors ?? []).map((one) => `${one.where.replace(/^case:/, `${file.name}:`)}: ${[one.what, one.allowed && `(${one.allowed})`, one.hint].filter(Boolean).join(" ")}`);
      trouble([say("notOpened"), ...wrong.slice(0, 8), wrong.length ? "" : error.problem.detail].filter(Boolean).join("\n"));
    }
  });
}

function ask(title, body, yes, no) {
  const dialog = at("dialog");
  fill(at("dialog-h"), title);
  fill(at("dialog-b"), body);
  at("dialog-yes").textContent = yes;
  at("dialog-no").textContent = no;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}

async function fresh() {
  if (state.answers.size && !(await ask(say("newTitle"), [h("p", {}, say("newText"))], say("newYes"), say("newNo")))) return;
  Object.assign(state, { last: null, undo: [], note: "", before: null, steps: null, drawCode: "" });
  state.all.clear();
  state.openWhy.clear();
  begin();
  at(`stage-${PERSONS[0]}`).focus();
}

// --- all of it --------------------------------------------------------------------------------------------------------------

function showBar(parts) {
  const n = parts.slice(1).reduce((sum, one) => sum + one.now.length, 0), safety = parts[0].now.length;
  const bar = at("bar");
  bar.hidden = !state.answers.size;
  const words = [safety && say("barSafety", { n: safety }), n === 1 ? say("barOne") : say("barNow", { n }), state.counts].filter(Boolean).join(" · ");
  fill(bar, h("span", {}, words), h("span", {}, say("barGo")));
}

/** Draw anew, and leave open what the reader had opened. */
function keepOpen(draw) {
  const open = new Set([...document.querySelectorAll("details[data-keep][open]")].map((one) => one.dataset.keep));
  draw();
  for (const one of document.querySelectorAll("details[data-keep]")) one.open = open.has(one.dataset.keep);
}

function showAll(told) {
  showAsked();
  showChange(told);
  if (told && !at("out").contains(document.activeElement)) at("out").scrollTop = 0;
  keepOpen(showAdvice);
  showGiven();
  if (searching && !at("groups").contains(document.activeElement)) showSearch(); else showAnswers();
  if (at("seek").value) showSought();
  showDrawing();
}

function showWords() {
  document.documentElement.lang = state.lang;
  document.title = say("title");
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = say(one.dataset.say);
  for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", say(one.dataset.label));
  at("told").setAttribute("aria-label", say("suggestions"));
  at("out").setAttribute("aria-label", say("suggestions"));
  for (const lang of Object.keys(SAY)) at(`lang-${lang}`).setAttribute("aria-pressed", String(lang === state.lang));
  const known = state.vocabulary, review = known.rulebook.clinical_review;
  at("review").textContent = review === "none" ? say("unreviewed") : say("reviewed") + review;
  at("disclaimer").textContent = text(known.disclaimer);
  fill(at("about"), [known.intended_use, known.users, known.misuse, known.limits].map((one) => h("p", {}, text(one))));
  at("version").textContent = say("rulebook", { ...known.rulebook, profile: known.profile });
}

function begin() {
  return inTurn(async () => {
    try {
      take(await (await post("consultation", {})).json(), null);
    } catch { trouble(say("offline"), begin); }
  });
}

function speak(lang) {
  if (lang === state.lang) return;
  state.lang = lang;
  build();
  tellAgain();
}

/** The same consultation in the language that is chosen, with what changed last told in it too. */
function tellAgain() {
  return inTurn(async () => {
    try {
      const body = state.steps ? { ...(state.before && { snapshot: state.before }), do: state.steps } : { snapshot: state.last.snapshot };
      take(await (await post("consultation", body)).json(), state.told);
    } catch (error) {
      if (error instanceof Refused && error.problem.status === 409) return restart();
      trouble(say("offline"), tellAgain);
      showAnswers();
    }
  });
}

function build() {
  showWords();
  buildWho();
  searching = false;
  buildGroups();
}

function undo() {
  const last = state.undo.at(-1);
  if (last) tell(last.steps, { ...last.told, key: "undone" });
}

async function start() {
  let answer;
  try {
    answer = await fetch("vocabulary");
    if (!answer.ok) throw new Error(answer.statusText);
    state.vocabulary = await answer.json();
  } catch { trouble(say("offline"), start); return; }
  state.findings = new Map(state.vocabulary.findings.map((one) => [one.code, one]));
  state.results = new Map(state.vocabulary.results.map((one) => [one.code, one]));
  state.flags = new Map(state.vocabulary.flags.map((one) => [one.id, one]));
  build();
  await begin();
}

at("lang-nl").addEventListener("click", () => speak("nl"));
at("lang-en").addEventListener("click", () => speak("en"));
at("undo").addEventListener("click", undo);
at("new").addEventListener("click", fresh);
at("open").addEventListener("click", () => at("file").click());
at("save").addEventListener("click", save);
at("file").addEventListener("change", (event) => { openFile(event.target.files[0]); event.target.value = ""; });
at("search").addEventListener("input", showSearch);
at("moot").addEventListener("change", () => (searching ? showSearch() : showAnswers()));
at("seek").addEventListener("input", showSought);
at("which").addEventListener("change", (event) => { state.drawCode = event.target.value; showDrawing(); });
at("drawer").addEventListener("toggle", showDrawing);
start();
