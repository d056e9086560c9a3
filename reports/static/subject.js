// A page about one subject: which key figure's course is drawn, and of which scope.
// The address keeps both, so that what one sees can be sent to somebody.
document.addEventListener("callmart", () => {
  "use strict";
  const { page, figures, redraw, tidy } = window.callmart;
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

  const pill = (s) => { const p = document.createElement("span"); p.className = "pill " + s[0]; const mark = document.createElement("span"); mark.setAttribute("aria-hidden", "true"); mark.textContent = s[1]; p.append(mark, " " + s[2]); return p; };
  const bold = (x) => { const b = document.createElement("b"); b.className = x[1]; b.title = x[2]; b.textContent = x[0]; return b; };
  const words = (text) => { const s = document.createElement("span"); s.textContent = text; return s; };
  const line = (points, goal) => {
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
    const metric = card.dataset.card;
    card.hidden = !told;
    if (!told) return;
    if (kind === "all") { card.replaceChildren(...usual.get(card).map((n) => n.cloneNode(true))); card.classList.toggle("faint", Boolean(told.f)); return; }
    card.classList.toggle("faint", Boolean(told.f));
    const button = card.querySelector("button.ask"), row = card.querySelector(".row");
    Object.assign(button.dataset, { metric, kind, id });
    for (const [name, part] of [["num", told.n], ["den", told.d]]) if (part === undefined) delete button.dataset[name]; else button.dataset[name] = part;
    const unit = document.createElement("small");
    unit.textContent = told.t[1];
    button.replaceChildren(told.t[0], ...(told.t[1] ? [unit] : []));
    row.replaceChildren(row.querySelector(".val"), ...(told.s ? [pill(told.s)] : []));
    card.querySelector(".cmp").replaceChildren(...[told.g && "goal " + told.g, told.c].filter(Boolean).map(words));
    const changes = card.querySelector(".changes");
    if (changes) changes.replaceChildren(...(told.x || []).map(bold));
    const old = card.querySelector("svg.spark");
    if (old) old.replaceWith(line(told.y));
    else card.append(line(told.y));
  };
  const drawCourse = () => {
    const told = (page.scopes[state.scope] || {})[state.metric];
    for (const c of cards) c.classList.toggle("shown", c.dataset.card === state.metric);
    if (!told) return;
    const [high, low, value] = chart.data, points = told.y, scale = page.metrics[state.metric];
    high.y = points.map((p) => p && p[2]);
    low.y = points.map((p) => p && p[1]);
    value.y = points.map((p) => p && p[0]);
    value.customdata = points.map((p, i) => [page.spans[i], p ? tidy(p[0]) : "–"]);
    value.marker.color = points.map((p) => p && p.length > 3 ? "@card" : "@c1");
    const goal = told.h === undefined ? null : told.h;
    chart.layout.shapes = goal === null ? [] : [{ type: "line", xref: "paper", x0: 0, x1: 1, yref: "y", y0: goal, y1: goal, line: { color: "@ink", width: 1.25, dash: "dash" } }];
    chart.layout.annotations = goal === null ? [] : [{ text: "<b>goal</b>", showarrow: false, font: { color: "@ink", size: 11 }, xref: "paper", x: 1.004, y: goal, xanchor: "left" }];
    const figure = document.getElementById(chart.id).closest("figure"), title = figure.querySelector("h2");
    const where = state.scope === whole ? "" : ", " + choice.selectedOptions[0].textContent;
    title.textContent = scale.name + page.over + where;
    document.getElementById(chart.id).setAttribute("aria-label", title.textContent + ". Latest: " + told.t.join("") + ".");
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
