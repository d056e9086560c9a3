// A page about one subject: which key figure's course is drawn, and of which scope.
// The address keeps both, so that what one sees can be sent to somebody.
document.addEventListener("callmart", () => {
  "use strict";
  const { page, figures, redraw, _, written } = window.callmart;
  const chart = figures.find((f) => f.meta && f.meta.course), cards = [...document.querySelectorAll("[data-card]")];
  if (!page || !page.scopes || !chart) return;
  const form = document.getElementById("narrow"), choice = document.getElementById("scope");
  const whole = "all/all", first = chart.meta.course;

  const read = () => new Map(new URLSearchParams(location.hash.slice(1)));
  const write = (key, value, usual) => {
    const asked = new URLSearchParams(location.hash.slice(1));
    if (value === usual) asked.delete(key); else asked.set(key, value);
    history.replaceState(null, "", asked.size ? "#" + asked : location.pathname + location.search);
    for (const link of document.querySelectorAll("nav.top a[href], nav.subjects a[href]")) {
      const keep = new URLSearchParams(asked);
      if (!link.rel && !link.closest("nav.subjects")) continue;
      if (!link.rel) keep.delete("metric");
      link.href = link.href.split("#")[0] + (keep.size ? "#" + keep : "");
    }
  };
  const state = { scope: whole, metric: first };

  // Numbers as reports/format.py writes them: a browser test holds the two against each other.
  const thin = "\u202f", minus = "\u2212", unknown = "\u2013";
  // What rounds to nothing has no minus.
  const signed = (text) => text.replace(/^-/, /[1-9]/.test(text) ? minus : "");
  const fixed = (x, digits) => written(signed(x.toFixed(digits)).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ","));
  const plain = (x, digits) => written(signed(x.toFixed(digits)));
  const two = (n) => String(n).padStart(2, "0");
  const seconds = (x) => {
    if (x <= -0.05) return minus + seconds(-x);
    if (x < 59.95) return plain(x, 1) + thin + "s";
    const whole = Math.round(x), hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
    if (hours > 23) return fixed(Math.floor(hours / 24), 0) + thin + "d" + thin + two(hours % 24) + ":" + two(minutes);
    return hours ? hours + ":" + two(minutes) + ":" + two(whole % 60) : minutes + ":" + two(whole % 60);
  };
  const value = (x, unit) => {
    if (x === null || x === undefined) return unknown;
    if (unit === "percent") return plain(x, 1) + thin + "%";
    if (unit === "seconds") return seconds(x);
    if (unit === "per_hour") return plain(x, 1) + thin + "/" + thin + "h";
    if (unit === "count") return fixed(Math.round(x), 0);
    if (unit === "points") return (x < 0 ? minus : "+") + Math.abs(x).toFixed(0);
    return fixed(x, unit === "money" ? 2 : 1);
  };
  const limit = (x, unit) => unit === "percent" ? written(String(x)) + thin + "%" : unit === "seconds" && x < 60 ? written(String(x)) + thin + "s" : value(x, unit);
  const numberOf = (text) => { const i = text.indexOf(thin); return i < 0 || /\d/.test(text.slice(i)) ? [text, ""] : [text.slice(0, i), text.slice(i)]; };
  const range = (low, high) => _("{low} to {high}", { low: numberOf(low)[1] === numberOf(high)[1] ? numberOf(low)[0] : low, high });

  const states = { met: ["good", "●", _("met")], near: ["warn", "▲", _("near")], missed: ["bad", "■", _("missed")] };
  const sign = { higher: "≥ ", lower: "≤ " };
  const isKnown = (p) => p[1] !== null && p[2] !== null;
  const isClear = (now, old) => {
    if (!isKnown(now) || !isKnown(old)) return null;
    const gap = now[0] - old[0];
    return gap - Math.hypot(now[0] - now[1], old[2] - old[0]) > 0 || gap + Math.hypot(now[2] - now[0], old[0] - old[1]) < 0;
  };
  // How far a value may lie from the one so many places before it, by its own course.
  const usualMove = (points, back) => {
    const moves = points.slice(back, -1).map((p, i) => p && points[i] ? Math.abs(p[0] - points[i][0]) : null).filter((x) => x !== null).sort((a, b) => a - b);
    const n = moves.length, middle = n < page.moves.fewest ? 0 : (moves[Math.floor((n - 1) / 2)] + moves[Math.floor(n / 2)]) / 2;
    return middle ? page.moves.factor * (1 + 2 / n) * middle : null;
  };
  // Of each scope and metric: cases, both parts, goal, state, coverage, the points drawn, and those
  // of the page's own kind of span where these are shorter ones.
  const beside = (told) => told[7] || told[6];
  const change = (told, metric, words, back) => {
    const now = beside(told).at(-1), old = beside(told).at(-1 - back);
    if (!now || !old) return null;
    const gap = now[0] - old[0], before = words + ": " + value(old[0], metric.unit);
    const digits = { percent: 1, points: 0 }[metric.unit];
    const moved = (x) => digits === undefined ? value(x, metric.unit) : plain(x, digits) + thin + _("pts");
    const usual = usualMove(beside(told), back), clear = isClear(now, old) ?? (usual === null ? null : Math.abs(gap) > usual);
    const size = moved(Math.abs(gap)), isChance = clear === false;
    if (isChance || size === moved(0)) return [_("≈ as {against}", { against: words }), "flat", isChance ? _("{before}; no change beyond chance", { before }) : before];
    const takesSides = clear && (metric.direction === "higher" || metric.direction === "lower") && now.length < 4 && old.length < 4;
    return [_("{size} vs {against}", { size: (gap > 0 ? "▲ " : "▼ ") + size, against: words }), !takesSides ? "flat" : (gap > 0) === (metric.direction === "higher") ? "up" : "down", before];
  };
  Object.assign(window.callmart, { value, change });
  const confidence = (told, metric) => {
    const now = beside(told).at(-1), said = [];
    if (now.length > 3) return told[0] === 1 ? _("only {n} case", { n: 1 }) : _("only {n} cases", { n: written(told[0].toLocaleString("en-GB")) });
    if (now[1] !== null && now[2] !== null) said.push(range(value(now[1], metric.unit), value(now[2], metric.unit)));
    if (told[5] !== null && told[5] < 0.995) said.push(told[5] ? _("known of {coverage}", { coverage: plain(100 * told[5], 0) + thin + "%" }) : _("not known"));
    return said.join(", ");
  };

  const pill = (s) => { const p = document.createElement("span"); p.className = "pill " + s[0]; const mark = document.createElement("span"); mark.setAttribute("aria-hidden", "true"); mark.textContent = s[1]; p.append(mark, " " + s[2]); return p; };
  const bold = (x) => { const b = document.createElement("b"); b.className = x[1]; b.title = x[2]; b.textContent = x[0]; return b; };
  const words = (text) => { const s = document.createElement("span"); s.textContent = text; return s; };
  const line = (points) => {
    const known = points.map((p, i) => p && [i, p[0]]).filter(Boolean);
    if (known.length < 4) return "";
    const ys = known.map((k) => k[1]), low = Math.min(...ys), high = Math.max(...ys);
    const at = ([i, y]) => (2 + i * 144 / (points.length - 1)).toFixed(1) + "," + (30 - (y - low) * 26 / (high - low || 1)).toFixed(1);
    const ns = "http" + "://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg"), path = document.createElementNS(ns, "polyline");
    for (const [k, v] of Object.entries({ class: "spark", viewBox: "0 0 150 34", preserveAspectRatio: "none", "aria-hidden": "true" })) svg.setAttribute(k, v);
    for (const [k, v] of Object.entries({ points: known.map(at).join(" "), fill: "none", stroke: "var(--c1)", "stroke-width": "1.75", "vector-effect": "non-scaling-stroke" })) path.setAttribute(k, v);
    svg.append(path);
    return svg;
  };
  const usual = new Map(cards.map((c) => [c, [...c.childNodes].map((n) => n.cloneNode(true))]));
  const fillCard = (card, told, kind, id) => {
    const metric = page.metrics[card.dataset.card];
    card.hidden = !told;
    if (!told) return;
    const now = beside(told).at(-1);
    card.classList.toggle("faint", now.length > 3);
    if (kind === "all") { card.replaceChildren(...usual.get(card).map((n) => n.cloneNode(true))); return; }
    const button = card.querySelector("button.ask"), row = card.querySelector(".row"), unit = document.createElement("small");
    Object.assign(button.dataset, { metric: card.dataset.card, kind, id });
    for (const [name, part] of [["num", told[1]], ["den", told[2]]]) if (part === null) delete button.dataset[name]; else button.dataset[name] = part;
    const [number, rest] = numberOf(value(now[0], metric.unit));
    unit.textContent = rest;
    button.replaceChildren(number, ...(rest ? [unit] : []));
    row.replaceChildren(row.querySelector(".val"), ...(now.length < 4 && states[told[4]] ? [pill(states[told[4]])] : []));
    const goal = told[3] === null ? "" : _("goal {goal}", { goal: (sign[metric.direction] || "") + limit(told[3], metric.unit) });
    card.querySelector(".cmp").replaceChildren(...[goal, confidence(told, metric)].filter(Boolean).map(words));
    const moved = page.against.map(([text, back]) => change(told, metric, text, back)).filter(Boolean);
    const changes = card.querySelector(".changes");
    if (changes) changes.replaceChildren(...moved.map(bold));
    const old = card.querySelector("svg.spark");
    if (old) old.replaceWith(line(told[6]));
    else card.append(line(told[6]));
  };
  const drawCourse = () => {
    const told = (page.scopes[state.scope] || {})[state.metric];
    for (const c of cards) c.classList.toggle("shown", c.dataset.card === state.metric);
    if (!told) return;
    const [high, low, mid] = chart.data, points = told[6], metric = page.metrics[state.metric], goal = told[3];
    high.y = points.map((p) => p && p[2]);
    low.y = points.map((p) => p && p[1]);
    mid.y = points.map((p) => p && p[0]);
    mid.customdata = points.map((p, i) => [page.spans[i], value(p && p[0], metric.unit)]);
    mid.marker.color = points.map((p) => p && p.length > 3 ? "@card" : "@c1");
    chart.layout.shapes = goal === null ? [] : [{ type: "line", xref: "paper", x0: 0, x1: 1, yref: "y", y0: goal, y1: goal, line: { color: "@ink", width: 1.25, dash: "dash" } }];
    chart.layout.annotations = goal === null ? [] : [{ text: "<b>" + _("goal") + "</b>", showarrow: false, font: { color: "@ink", size: 11 }, xref: "paper", x: 1.004, y: goal, xanchor: "left" }];
    const figure = document.getElementById(chart.id).closest("figure"), title = figure.querySelector("h2");
    const where = state.scope === whole ? "" : ", " + choice.selectedOptions[0].textContent;
    title.textContent = metric.name + page.over + where;
    document.getElementById(chart.id).setAttribute("aria-label", title.textContent + ". " + _("Latest: {value}.", { value: value(points.at(-1) && points.at(-1)[0], metric.unit) }));
    const details = figure.querySelector("details");
    if (details) details.hidden = !(state.scope === whole && state.metric === first);
    redraw(chart);
  };
  const show = () => {
    const [kind, ...rest] = state.scope.split("/"), id = rest.join("/"), told = page.scopes[state.scope];
    for (const card of cards) fillCard(card, told[card.dataset.card], kind, id);
    if (!told[state.metric]) state.metric = cards.map((c) => c.dataset.card).find((m) => told[m]) || first;
    for (const row of document.querySelectorAll("tbody tr[data-kind]")) row.classList.toggle("chosen", kind !== "all" && row.dataset.kind === kind && row.dataset.id === id);
    drawCourse();
    write("scope", state.scope, whole);
    write("metric", state.metric, first);
  };
  const take = () => {
    const asked = read();
    state.scope = page.scopes[asked.get("scope")] ? asked.get("scope") : whole;
    state.metric = page.metrics[asked.get("metric")] ? asked.get("metric") : first;
    if (choice) choice.value = state.scope;
  };
  if (form) {
    form.hidden = false;
    choice.addEventListener("change", () => { state.scope = choice.value; show(); });
    form.addEventListener("submit", (e) => e.preventDefault());
  }
  document.addEventListener("click", (e) => {
    const button = e.target.closest("button.course");
    if (button) { state.metric = button.closest("[data-card]").dataset.card; show(); }
  });
  addEventListener("hashchange", () => { take(); show(); });
  take();
  if (state.scope !== whole || state.metric !== first) show(); else { for (const c of cards) c.classList.toggle("shown", c.dataset.card === first); }
});
