// One script for every page: theme, charts, sorting, and the answer to "where is this from?".
// Loaded in the head, so that the theme is set before anything is drawn. No network, no eval.
(() => {
  "use strict";
  const root = document.documentElement;
  // A site in another language has a script of its own before this one: reports/language_script.py.
  const language = window.callmartLanguage || { code: "en", decimal: ".", group: ",", texts: {} };
  const _ = (text, values = {}) => (language.texts[text] || text).replace(/\{(\w+)\}/g, (__, key) => values[key]);
  // A number written with point and commas, in the signs of the language.
  const written = (text) => text.replace(/[.,]/g, (sign) => sign === "." ? language.decimal : language.group);
  const stored = (write) => { try { return write === undefined ? localStorage.getItem("callmart-theme") : localStorage.setItem("callmart-theme", write); } catch { return null; } };
  const asked = location.hash.match(/theme=(light|dark)/);
  const printing = location.hash === "#print";
  root.dataset.theme = printing ? "light" : asked ? asked[1] : stored() || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.classList.toggle("print", printing);

  const css = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();

  // Colours are names of CSS variables ("@c1"), and only under keys that hold colours, so that no
  // text from outside is ever taken for one.
  const paint = (value, inColour) => {
    if (typeof value === "string") return inColour && value[0] === "@" ? css(value.slice(1)) : value;
    if (Array.isArray(value)) return value.map((v) => paint(v, inColour));
    if (!value || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, paint(v, /color/i.test(k) && k !== "colorbar")]));
  };
  const merge = (low, high) => {
    for (const key of Object.keys(high)) {
      const both = [low[key], high[key]].every((v) => v && typeof v === "object" && !Array.isArray(v));
      low[key] = both ? merge(low[key], high[key]) : high[key];
    }
    return low;
  };
  const axis = (line) => ({ ticks: "", gridcolor: css("grid"), linecolor: line, zeroline: false, fixedrange: true });
  const layout = (own) => {
    const base = {
      separators: language.decimal + language.group, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false, dragmode: false,
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: css("muted") },
      hoverlabel: { bgcolor: css("card"), bordercolor: css("line"), font: { color: css("ink") }, align: "left" },
      xaxis: axis(css("line")), yaxis: axis("rgba(0,0,0,0)"),
    };
    for (const key of Object.keys(own)) if (/^[xy]axis\d/.test(key)) base[key] = axis(key[0] === "x" ? css("line") : "rgba(0,0,0,0)");
    return merge(base, own);
  };

  const ready = () => {
    const theme = document.querySelector("button.theme");
    const dataOf = (id) => JSON.parse(document.getElementById(id).textContent);
    const page = document.getElementById("page-data") ? dataOf("page-data") : null;
    const figures = [...document.querySelectorAll("script.figure")].map((s) => ({ id: s.dataset.for, ...JSON.parse(s.textContent) }));

    // ------------------------------------------------------------------ charts
    // A chart is drawn when it is about to be seen: a page opens at once, however long it is.
    const stale = new Set();
    const placeOf = (f) => document.getElementById(f.id);
    const isNear = (f) => { const box = placeOf(f).getBoundingClientRect(); return box.top < 1.5 * innerHeight && box.bottom > -innerHeight / 2; };
    const draw = () => {
      const print = root.classList.contains("print");
      for (const f of figures) {
        const place = placeOf(f);
        const tall = Number(place.dataset.height ||= parseInt(place.style.height, 10));
        place.style.height = (print ? Math.round((tall > 320 ? 0.62 : 0.68) * tall) : tall) + "px";
        stale.add(f);
      }
      for (const f of figures) if (print || isNear(f)) drawOne(f);
      theme.textContent = root.dataset.theme === "dark" ? _("Light") : _("Dark");
      theme.setAttribute("aria-label", root.dataset.theme === "dark" ? _("Switch to light colours") : _("Switch to dark colours"));
    };
    const drawOne = (f) => {
      if (!stale.delete(f)) return;
      if (language.charts) Plotly.register(language.charts);
      const place = placeOf(f), size = place.clientWidth;
      const full = layout(paint(f.layout));
      full.width = size;
      full.height = parseInt(place.style.height, 10);
      const data = paint(f.data);
      if (size < 560) narrow(full, data);
      Plotly.react(place, data, full, { displayModeBar: false, scrollZoom: false, doubleClick: false, locale: language.code });
      if (!place.dataset.ready) { place.dataset.ready = "1"; place.on("plotly_click", (e) => clicked(f, e.points[0])); }
    };
    const watch = new IntersectionObserver((seen) => {
      for (const f of figures) if (seen.some((e) => e.isIntersecting && e.target === placeOf(f))) drawOne(f);
    }, { rootMargin: "50%" });
    for (const f of figures) watch.observe(placeOf(f));
    // On a phone: labels inside, short names, fewer ticks, no colour bar, small words in flows.
    const narrow = (full, data) => {
      full.margin.r = Math.min(full.margin.r, 18);
      full.annotations = (full.annotations || []).map((a) => a.xref === "paper" ? { ...a, x: 1, xanchor: "right", yanchor: "bottom", bgcolor: css("card") } : a);
      full.xaxis.nticks = 5;
      full.xaxis.tickangle = 0;
      const texts = () => full.xaxis.ticktext || [], room = full.width - full.margin.l - full.margin.r;
      const isTight = () => texts().length > 6 || texts().length * (7 * Math.max(...texts().map((t) => plain(t).length)) + 6) > room;
      while (full.xaxis.tickvals && texts().length > 1 && isTight()) for (const k of ["tickvals", "ticktext"]) full.xaxis[k] = full.xaxis[k].filter((_, i) => i % 2 === 0);
      if (full.yaxis.ticktext) full.yaxis.ticktext = full.yaxis.ticktext.map((t) => t.length > 13 ? escape(plain(t).slice(0, 12)) + "…" : t);
      for (const trace of data) if (trace.mode === "markers+text") trace.textfont = { ...trace.textfont, size: 9 };
      for (const trace of data) if (trace.type === "sankey") trace.textfont = { ...trace.textfont, size: 10 };
      for (const trace of data) if (trace.type === "heatmap") Object.assign(trace, { showscale: false, xgap: trace.z[0].length > 20 ? 0 : 1 });
    };
    const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
    const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    const clicked = (f, point) => {
      const meta = f.meta || {}, about = point.customdata;
      if (meta.opens && about) { location.href = meta.opens + about[3] + ".html"; return; }
      if (meta.metric && about && page) explain({ metric: meta.metric, kind: "all", id: "all", num: about[1], den: about[2], start: about[3], seconds: about[4], label: about[0] });
    };

    // ------------------------------------------------------------------ where a number is from
    const literal = (text) => "'" + String(text).replaceAll("'", "''") + "'";
    const word = (text) => /^[\w@%+=:,./-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\"'\"'") + "'";
    const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, key) => key === "version" ? String(Number(values[key])) : literal(values[key]));
    const tidy = (text) => text === undefined || text === "" ? "–" : written(Number(text).toLocaleString("en-GB", { maximumFractionDigits: 3 }));
    const commands = (q, metric) => {
      const base = ["callmart calls --metric", q.metric];
      if (q.kind !== "all") base.push("--scope", word(q.kind + "=" + q.id));
      base.push(...page.asked.split(" "));
      if (!q.label || !/^\d\d:\d\d$/.test(q.label)) return base.join(" ");
      const first = Number(q.label.slice(0, 2)) * 60 + Math.floor(Number(q.label.slice(3)) / 15) * 15;
      const clock = (m) => String(Math.floor(m / 60) % 24).padStart(2, "0") + ":" + String(m % 60).padStart(2, "0");
      return Array.from({ length: Math.max(1, q.seconds / 900) }, (_, i) => [...base, "--interval", clock(first + 15 * i)].join(" ")).join("\n");
    };
    const query = (q, metric) => {
      const values = { metric: q.metric, version: metric.version, kind: q.kind, id: q.id, from: page.from, to: page.to };
      if (!q.seconds) return fill(page.sql.number, values);
      values.start = q.start.replace("T", " ");
      values.end = new Date(Date.parse(q.start + "Z") + 1000 * q.seconds).toISOString().slice(0, 19).replace("T", " ");
      return fill(q.seconds % 900 ? page.sql.minutes : page.sql.interval, values);
    };
    // Files beside the page with the rows that a number is counted over, and how to filter them.
    const make = (tag, text, more) => Object.assign(document.createElement(tag), { textContent: text }, more);
    const filters = (q, list, kind) => {
      const { names, has_zones: zones } = page.lists, found = [];
      const day = page.from === page.to ? page.from : _("the day of the file");
      if (zones) found.push((q.kind === "all" ? "centre_date" : "local_date") + " = " + day);
      if (q.kind !== "all") found.push(q.kind + " = " + (names[q.kind + "/" + q.id] || q.id));
      if (q.label && q.seconds) found.push(_("local_time from {clock}", { clock: q.label }) + ", " + Math.round(q.seconds / 60) + " min");
      const column = { flags: " = " + _("1 or 0"), count: " = 1", below: " = 0" };
      return [...found, q.metric + (column[kind] || " " + _("is not empty"))].join(", ");
    };
    const listed = (q) => (page.lists && page.lists.metrics[q.metric] || []).map(([name, kind]) => {
      const item = make("li", ""), files = page.lists.files[name], left = files.map((f) => f[2]).filter(Boolean);
      for (const [day, short] of files) item.append(make("a", files.length > 1 ? short : name + ".csv", { href: page.lists.at + day + "/calls/" + name + ".csv", download: name + "-" + day + ".csv" }), " ");
      item.append(make("code", filters(q, name, kind)), " ", make("span", [page.lists.words[kind], ...new Set(left)].join(" ")));
      if (files.length > 1) item.prepend(make("b", name + ".csv"), " ");
      return item;
    });
    const kindWords = (kind) => language.texts[kind] || language.texts[kind.replaceAll("_", " ")] || kind;
    const explain = (q) => {
      const box = document.getElementById("explain"), metric = page.metrics[q.metric];
      if (!metric) return;
      const put = (name, text) => { box.querySelector(`[data-of="${name}"]`).textContent = text; };
      box.querySelector("h2").textContent = metric.name;
      put("value", q.text || (q.den ? written((100 * q.num / q.den).toFixed(1)) + " %" : tidy(q.num)));
      put("parts", q.den === undefined ? "" : tidy(q.num) + " / " + tidy(q.den));
      put("words", metric.words);
      put("formula", metric.formula || "–");
      const whose = q.kind === "all" ? _("the whole centre") : kindWords(q.kind) + " " + q.id;
      put("scope", whose + ", " + page.period + (q.label && q.seconds ? ", " + _("from {clock}", { clock: q.label }) : "") + " (" + page.zone + ")");
      put("ref", q.metric + "@" + metric.version);
      put("source", metric.source ? "· " + metric.source : "");
      put("numerator", metric.numerator || "–");
      put("denominator", metric.denominator || "–");
      put("sql", query(q, metric));
      put("calls", commands(q, metric));
      const lists = listed(q);
      box.querySelector(".lists").hidden = !lists.length;
      box.querySelector("[data-of=lists]").replaceChildren(...lists);
      box.showModal();
    };
    for (const button of document.querySelectorAll("button.ask")) {
      button.setAttribute("aria-haspopup", "dialog");
      button.title = _("Where does this number come from?");
    }
    document.addEventListener("click", (e) => {
      const button = e.target.closest("button.ask"), d = button && button.dataset;
      const scope = button && button.closest("[data-kind]").dataset;
      if (d) explain({ metric: d.metric, kind: scope.kind, id: scope.id, num: d.num, den: d.den, text: button.textContent });
      const box = document.getElementById("explain");
      if (box && (e.target === box || e.target.closest("button.close"))) box.close();
    });

    // ------------------------------------------------------------------ tables
    const key = (row, i) => { const c = row.cells[i], v = c.dataset.v; return v === undefined ? c.textContent.trim() : v !== "" && !Number.isNaN(Number(v)) ? Number(v) : v; };
    const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : typeof a === "number" ? 1 : typeof b === "number" ? -1 : String(a).localeCompare(String(b));
    for (const button of document.querySelectorAll("table.sortable thead button")) {
      button.addEventListener("click", () => {
        const th = button.parentElement, table = th.closest("table"), i = th.cellIndex;
        const first = th.classList.contains("l") ? "ascending" : "descending";
        const order = th.getAttribute("aria-sort") === first ? (first === "ascending" ? "descending" : "ascending") : first;
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        th.setAttribute("aria-sort", order);
        const rows = [...table.tBodies[0].rows].map((row) => [key(row, i), row]);
        rows.sort((a, b) => compare(a[0], b[0]) * (order === "ascending" ? 1 : -1));
        table.tBodies[0].append(...rows.map((r) => r[1]));
      });
    }

    // ------------------------------------------------------------------ theme and print
    theme.hidden = false;
    theme.addEventListener("click", () => { root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark"; stored(root.dataset.theme); draw(); });
    let width = innerWidth, wait = 0;
    addEventListener("resize", () => {
      if (innerWidth === width) return;
      width = innerWidth;
      clearTimeout(wait);
      wait = setTimeout(draw, 120);
    });
    // A page opened to be printed is drawn for paper already: drawing it again would take most of the time.
    if (!printing) {
      let before = null;
      addEventListener("beforeprint", () => { before = root.dataset.theme; root.dataset.theme = "light"; root.classList.add("print"); draw(); });
      addEventListener("afterprint", () => { root.dataset.theme = before || "light"; root.classList.remove("print"); draw(); });
    }
    draw();
    window.callmart = { page, figures, _, written, redraw: (f) => { stale.add(f); drawOne(f); } };
    document.dispatchEvent(new Event("callmart"));
    root.dataset.drawn = "1";
  };
  document.addEventListener("DOMContentLoaded", ready);
})();
