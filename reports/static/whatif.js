// What if: agents needed for a changed forecast, by Erlang C and A, worked out in the page.
// The formulas are those of pipelines/erlang.py and reports/forecasting/staffing.py; a browser test
// holds the two against each other. The address keeps what was set.
(() => {
  "use strict";
  const SLOT = 900, EXACT = 1e-9, TINY = 1e-15, HUGE = 1e200, MOST_AGENTS = 100000, MOST_ERLANGS = 9000;
  // Gauss and Legendre's sixteen points, one half of them, with their weights.
  const NODES = [
    [0.0950125098376374, 0.1894506104550685], [0.2816035507792589, 0.1826034150449236],
    [0.4580167776572274, 0.1691565193950025], [0.6178762444026438, 0.1495959888165767],
    [0.7554044083550030, 0.1246289712555339], [0.8656312023878318, 0.0951585116824928],
    [0.9445750230732326, 0.0622535239386479], [0.9894009349916499, 0.0271524594117541],
  ];

  // limits: [[contacts, handle s, threshold s, goal 0-1], ...] of a quarter hour's queues.
  const asked = (limits) => {
    let contacts = 0, seconds = 0, goal = 0;
    for (const [n, h, , g] of limits) { contacts += n; seconds += n * h; goal += n * g; }
    if (contacts <= 0 || seconds <= 0 || goal < 0 || goal >= contacts || seconds / SLOT > MOST_ERLANGS) return null;
    const shares = new Map();
    for (const [n, , t] of limits) shares.set(t, (shares.get(t) || 0) + n / contacts);
    return { contacts, handle: seconds / contacts, erlangs: seconds / SLOT, goal: goal / contacts, shares: [...shares] };
  };

  const agentsC = (a) => {
    let blocked = 1;
    for (let n = 1; n < MOST_AGENTS; n++) {
      blocked = a.erlangs * blocked / (n + a.erlangs * blocked);
      if (n <= a.erlangs) continue;
      const waiting = n * blocked / (n - a.erlangs * (1 - blocked));
      let late = 0;
      for (const [t, share] of a.shares) late += share * Math.exp((a.erlangs - n) * t / a.handle);
      if (1 - waiting * late >= a.goal - EXACT) return n;
    }
    return null;
  };

  // All weights are relative to the state in which all are busy and nobody waits, and made smaller
  // where they would overflow; the density of the wait is put together from logarithms.
  const levelA = (a, agents, patience, short) => {
    const arriving = a.contacts / SLOT, each = 1 / a.handle, leaving = 1 / patience, serving = agents * each;
    let below = 0, weight = 1, scaled = 0;
    for (let busy = agents; busy > 0; busy--) { weight *= busy * each / arriving; below += weight; if (weight < TINY * below) break; }
    let above = 1, waiting = 0;
    weight = 1;
    while (waiting === 0 || weight > TINY * above || arriving > serving + waiting * leaving) {
      waiting++;
      weight *= arriving / (serving + waiting * leaving);
      above += weight;
      if (above > HUGE) { above /= HUGE; weight /= HUGE; below /= HUGE; scaled += Math.log(HUGE); }
    }
    const total = below + above, wait = above / total;
    const scale = -scaled - Math.log(total) + Math.log(serving), crowd = arriving / leaving;
    const offered = (until, gone) => {
      const first = Math.abs(arriving - serving), last = Math.abs(arriving * Math.exp(-leaving * until) - serving);
      const pieces = Math.min(200, 1 + Math.floor(Math.max(first, last) * until / 6)), half = until / pieces / 2;
      const at = (t) => Math.exp(scale + crowd * (1 - Math.exp(-leaving * t)) - (serving + gone) * t);
      let found = 0;
      for (let piece = 0; piece < pieces; piece++) {
        const middle = (2 * piece + 1) * half;
        for (const [node, w] of NODES) found += w * (at(middle - half * node) + at(middle + half * node));
      }
      return half * found;
    };
    let inTime = 0;
    for (const [t, share] of a.shares) inTime += share * (1 - wait + offered(t, leaving));
    const still = wait - offered(short, 0);
    return inTime / (1 - (wait - Math.exp(-leaving * short) * still - offered(short, leaving)));
  };

  const agentsA = (a, patience, short, guess) => {
    const reaches = (n) => levelA(a, n, patience, short) >= a.goal - EXACT;
    let least = 0, most = Math.max(1, guess || 1), step = 1;
    if (reaches(most)) {
      while (most - step >= 1 && reaches(most - step)) { most -= step; step *= 2; }
      least = Math.max(0, most - step);
    } else {
      least = most;
      while (!reaches(least + step)) { least += step; step *= 2; if (least > MOST_AGENTS) return null; }
      most = least + step;
    }
    while (most - least > 1) { const middle = (least + most) >> 1; if (reaches(middle)) most = middle; else least = middle; }
    return most;
  };

  // 21 / 0.7 is 30.000000000000004.
  const planned = (agents, shrinkage) => Math.ceil(agents / (1 - shrinkage) - 1e-9);
  window.callmartErlang = { asked, agentsC, agentsA, levelA, planned };

  document.addEventListener("callmart", () => {
    const place = document.getElementById("whatif-data"), form = document.getElementById("whatif-form");
    if (!place || !form) return;
    const data = JSON.parse(place.textContent), { figures, redraw, _, written } = window.callmart, thin = "\u202f";
    const chart = figures.find((f) => f.meta && f.meta.whatif), field = form.elements;
    const number = (x, digits) => written(x.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
    const change = (now, base) => {
      if (!base) return "\u2013";
      const size = 100 * (now - base) / base;
      return Math.abs(size) < 0.05 ? written("0.0") + thin + "%" : (size > 0 ? "+" : "\u2212") + written(Math.abs(size).toFixed(1)) + thin + "%";
    };
    const two = (n) => String(n).padStart(2, "0"), clock = (slot) => two(Math.floor(slot / 4)) + ":" + two(slot % 4 * 15);
    const usual = { volume: "0", handle: "0", goal: "", within: "", model: "c", shrinkage: data.shrinkage === null ? "0" : String(Math.round(1000 * data.shrinkage) / 10) };
    const settingOf = (name, low, high) => {
      const text = field[name].value, x = Number(text);
      return text === "" || Number.isNaN(x) ? null : Math.min(high, Math.max(low, x));
    };
    const groupNow = () => data.groups[Number(field.group.value)];
    const patienceOf = (group) => group.patience ? String(Math.round(group.patience)) : "";

    // Agents of every quarter hour of the four weeks, with what they are worked out from.
    const work = (group, s) => {
      const days = [];
      let saved = 0;
      for (let day = 0; day < group.days.length; day++) {
        const line = [];
        for (let slot = 0; slot < group.queues[0].handle.length; slot++) {
          const limits = [];
          let contacts = 0;
          for (const q of group.queues) {
            const n = q.volume[day][slot] * s.volume, h = q.handle[slot] === null ? 0 : q.handle[slot] * s.handle;
            const t = s.within === null ? q.t : s.within, g = s.goal === null ? q.goal : s.goal;
            contacts += n;
            if (n && h && t !== null && g !== null) limits.push([n, h, t, g]);
          }
          const a = limits.length ? asked(limits) : null, c = a ? agentsC(a) : 0;
          let agents = c || 0;
          if (a && s.patience) { agents = agentsA(a, s.patience, group.short, Math.max(1, agents - saved)) || 0; saved = (c || 0) - agents; }
          line.push({ contacts, handle: a ? a.handle : null, agents, planned: planned(agents, s.shrinkage), paid: agents / 4 / (1 - s.shrinkage) });
        }
        days.push(line);
      }
      return days;
    };
    const bases = new Map();
    const baseOf = (group) => {
      if (!bases.has(group)) bases.set(group, work(group, { volume: 1, handle: 1, goal: null, within: null, patience: null, shrinkage: Number(usual.shrinkage) / 100 }));
      return bases.get(group);
    };
    const sums = (days) => {
      let contacts = 0, hours = 0, paid = 0, most = 0;
      for (const day of days) for (const x of day) { contacts += x.contacts; hours += x.agents / 4; paid += x.paid; most = Math.max(most, x.agents); }
      return { contacts, hours, paid, most };
    };
    const row = (cells) => {
      const tr = document.createElement("tr");
      cells.forEach((text, i) => {
        const cell = document.createElement(i ? "td" : "th");
        if (!i) { cell.scope = "row"; cell.className = "l"; }
        cell.textContent = text;
        tr.append(cell);
      });
      return tr;
    };

    const show = () => {
      const group = groupNow(), patient = field.model.value === "a";
      field.patience.disabled = !patient;
      const s = {
        volume: 1 + (settingOf("volume", -100, 1000) || 0) / 100, handle: 1 + (settingOf("handle", -95, 1000) || 0) / 100,
        goal: settingOf("goal", 0, 99.9), within: settingOf("within", 0, 86400),
        shrinkage: (settingOf("shrinkage", 0, 95) || 0) / 100, patience: patient ? settingOf("patience", 1, 100000) : null,
      };
      if (s.goal !== null) s.goal /= 100;
      const base = baseOf(group), now = work(group, s), before = sums(base), after = sums(now);
      const paid = after.paid - before.paid, day = Number(field.day.value);
      const against = Math.abs(paid) < 0.05 ? _("as in the base") : _("{size} against the base ({change})", { size: (paid > 0 ? "+" : "\u2212") + number(Math.abs(paid), 0), change: change(after.paid, before.paid) });
      document.getElementById("whatif-answer").textContent = _("{hours} paid hours in four weeks, {against}; {most} agents at work in the busiest quarter hour, {before} in the base.", { hours: number(after.paid, 0), against, most: number(after.most, 0), before: number(before.most, 0) });
      const weeks = document.getElementById("whatif-weeks");
      weeks.hidden = false;
      weeks.tBodies[0].replaceChildren(...group.weeks.map((name, n) => {
        const b = sums(base.slice(7 * n, 7 * n + 7)), a = sums(now.slice(7 * n, 7 * n + 7));
        return row([name, number(a.contacts, 0), number(b.hours, 1), number(a.hours, 1), change(a.hours, b.hours), number(b.paid, 1), number(a.paid, 1), change(a.paid, b.paid), number(a.most, 0)]);
      }));
      const title = _("Agents needed at work on {day}, {group}", { day: group.days[day], group: group.name });
      document.getElementById("whatif-day-title").textContent = title;
      document.getElementById(chart.id).setAttribute("aria-label", title);
      document.getElementById("whatif-slots").tBodies[0].replaceChildren(...now[day].map((x, i) => row([clock(group.slot + i), number(x.contacts, 1), x.handle === null ? "\u2013" : number(x.handle, 0), number(base[day][i].agents, 0), number(x.agents, 0), number(x.planned, 0)])));
      const labels = now[day].map((_, i) => clock(group.slot + i));
      [base, now].forEach((of, i) => {
        Object.assign(chart.data[i], { x: labels, y: of[day].map((x) => x.agents), hoverinfo: null, hovertemplate: "%{x}  <b>%{y}</b> " + (i ? _("as set") : _("base")) + "<extra></extra>" });
      });
      const ticks = labels.filter((_, i) => (group.slot + i) % 8 === 0);
      Object.assign(chart.layout.xaxis, { tickvals: ticks, ticktext: ticks, tickangle: 0 });
      redraw(chart);
    };

    const ownOf = (group) => {
      const same = (of) => { const all = new Set(group.queues.map(of)); return all.size === 1 ? [...all][0] : null; };
      const goal = same((q) => q.goal), within = same((q) => q.t);
      field.goal.placeholder = goal === null ? _("own") : String(Math.round(1000 * goal) / 10);
      field.within.placeholder = within === null ? _("own") : String(within);
    };
    const busiest = (group) => {
      const hours = baseOf(group).slice(0, 7).map((day) => sums([day]).hours);
      return String(hours.indexOf(Math.max(...hours)));
    };
    const keep = () => {
      const hash = new URLSearchParams(location.hash.slice(1)), group = groupNow();
      const first = { ...usual, group: field.group.options[0].value, day: busiest(group), patience: patienceOf(group) };
      for (const [name, value] of Object.entries(first)) {
        if (field[name].value === value) hash.delete(name); else hash.set(name, name === "group" ? group.name : field[name].value);
      }
      history.replaceState(null, "", hash.size ? "#" + hash : location.pathname + location.search);
    };
    const fillDays = () => {
      field.day.replaceChildren(...groupNow().days.map((name, i) => new Option(name, String(i))));
      field.day.value = busiest(groupNow());
    };
    const start = () => { for (const [name, value] of Object.entries(usual)) field[name].value = value; field.patience.value = patienceOf(groupNow()); };
    const take = () => {
      const hash = new URLSearchParams(location.hash.slice(1)), place = data.groups.findIndex((g) => g.name === hash.get("group"));
      const known = [...field.group.options].map((o) => o.value);
      field.group.value = known.includes(String(place)) ? String(place) : known[0];
      fillDays();
      start();
      for (const name of [...Object.keys(usual), "patience", "day"]) {
        if (!hash.has(name)) continue;
        field[name].value = hash.get(name);
        if (field[name].tagName === "SELECT" && field[name].selectedIndex < 0) field[name].selectedIndex = 0;
      }
      ownOf(groupNow());
      show();
    };
    let wait = 0;
    form.addEventListener("input", (e) => {
      if (e.target === field.group) { fillDays(); ownOf(groupNow()); field.patience.value = patienceOf(groupNow()); }
      clearTimeout(wait);
      wait = setTimeout(() => { show(); keep(); }, 60);
    });
    form.addEventListener("submit", (e) => e.preventDefault());
    form.addEventListener("reset", (e) => { e.preventDefault(); start(); field.day.value = busiest(groupNow()); show(); keep(); });
    addEventListener("hashchange", take);
    form.hidden = false;
    take();
  });
})();
