// Draws a dashboard's JSON. What a panel says decides; nothing here knows which board it is.
import {PALETTE, SECONDS, colour, stepColour, written} from './units.js';

const given = new URLSearchParams(location.search);
const uid = given.get('board') ?? 'piaoda-finance';
const language = given.get('language') ?? 'zh';
const locale = language === 'zh' ? 'zh-CN' : 'en';
const ending = Date.now() / 1000;

const node = (tag, attributes = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...children);
  return made;
};

// As often as Grafana would ask: columns only once in the interval that each of them counts.
function often(panel) {
  return panel.maxDataPoints ? board.interval : Math.max(1, Math.round(board.since / 150));
}

async function ask(target, step) {
  const [path, when] = target.instant
    ? ['query', {time: ending}]
    : ['query_range', {start: ending - board.since, end: ending, step}];
  const reply = await fetch(`/api/v1/${path}?` + new URLSearchParams({query: target.expr, ...when}));
  return (await reply.json()).data.result.map(series => ({
    labels: series.metric,
    name: named(target, series.metric),
    refId: target.refId,
    points: (series.values ?? [series.value]).map(([at, value]) => [at, parseFloat(value)]),
  }));
}

function named(target, labels) {
  const format = target.legendFormat;
  if (format !== '__auto') return format.replace(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? '');
  return Object.values(labels).join(' ');
}

// Overrides by name: what the product calls the members of a closed list, and their colours.
function dressed(series, panel, place) {
  const found = panel.fieldConfig.overrides.find(each => each.matcher.options === series.name);
  const properties = Object.fromEntries((found?.properties ?? []).map(each => [each.id, each.value]));
  const own = properties.color?.fixedColor;
  return {...series, title: properties.displayName ?? series.name,
          colour: own ? colour(own) : PALETTE[place % PALETTE.length]};
}

// Every moment that was asked about: where a series has no point, there is a gap.
function moments(panel) {
  const step = often(panel), first = ending - board.since;
  return Array.from({length: Math.floor(board.since / step) + 1}, (_, at) => first + at * step);
}

const last = series => series.points.map(([, value]) => value).filter(value => !Number.isNaN(value)).at(-1) ?? null;

function stat(panel, all) {
  const {unit, decimals, thresholds} = panel.fieldConfig.defaults;
  const values = all.map(series => {
    const value = node('div', {textContent: written(last(series), unit, decimals)});
    value.style.color = stepColour(last(series), thresholds.steps);
    if (all.length > 1 || panel.targets[0].legendFormat !== '__auto') {
      value.append(node('span', {textContent: series.title}));
    }
    return value;
  });
  return node('div', {className: 'stat'}, ...values);
}

function bars(panel, all) {
  const {unit, decimals, thresholds, max} = panel.fieldConfig.defaults;
  const most = max ?? Math.max(...all.map(last), 1e-9);
  const shown = all.filter(series => last(series) !== null && (max || last(series) > 0));
  return node('div', {}, ...shown.sort((a, b) => last(b) - last(a)).map(series => {
    const inner = node('i');
    inner.style.width = `${100 * last(series) / most}%`;
    inner.style.background = thresholds.steps.length > 1 ? stepColour(last(series), thresholds.steps) : series.colour;
    return node('div', {className: 'bar'}, node('span', {textContent: series.title, title: series.title}),
                node('div', {}, inner), node('b', {textContent: written(last(series), unit, decimals)}));
  }));
}

function table(panel, all) {
  const renamed = panel.transformations?.[1].options.renameByName ?? {};
  const keys = Object.keys(renamed);
  const labels = keys.filter(key => !key.startsWith('Value'));
  const rows = new Map();
  for (const series of all) {
    const key = labels.map(label => series.labels[label]).join('\t');
    const row = rows.get(key) ?? Object.fromEntries(labels.map(label => [label, series.labels[label]]));
    row[panel.targets.length > 1 ? `Value #${series.refId}` : 'Value'] = last(series);
    rows.set(key, row);
  }
  const cell = (row, key) => {
    const value = row[key];
    const own = panel.fieldConfig.overrides.find(each => each.matcher.options === renamed[key])?.properties ?? [];
    const unit = own.find(each => each.id === 'unit').value;
    const made = node('td', {textContent: unit === 'string' ? value : written(value ?? null, unit)});
    const steps = own.find(each => each.id === 'thresholds');
    if (steps) made.style.color = stepColour(value, steps.value.steps);
    return made;
  };
  const head = node('tr', {}, ...keys.map(key => node('th', {textContent: renamed[key]})));
  return node('table', {}, head, ...[...rows.values()].map(row => node('tr', {}, ...keys.map(key => cell(row, key)))));
}

function timeline(panel, all) {
  const meanings = panel.fieldConfig.defaults.mappings[0].options;
  const begin = all[0].points[0][0], end = all[0].points.at(-1)[0];
  const lines = all.map(series => node('div', {className: 'line'}, node('span', {textContent: series.title}),
    node('div', {}, ...series.points.map(([, value]) => {
      const piece = node('i');
      piece.style.flex = '1';
      piece.style.background = colour(meanings[value]?.color ?? 'text');
      return piece;
    }))));
  const keys = Object.values(meanings).map(meaning => key(meaning.text, colour(meaning.color)));
  return node('div', {className: 'body'}, ...lines, node('div', {className: 'legend'}, ...keys));
}

function key(title, tint) {
  const mark = node('i');
  mark.style.background = tint;
  return node('span', {}, mark, title);
}

function heat(panel, all, box) {
  const sorted = all.sort((a, b) => parseFloat(a.labels.le.replace('+Inf', 'Infinity')) - parseFloat(b.labels.le.replace('+Inf', 'Infinity')));
  const canvas = node('canvas', {className: 'heat', width: box.clientWidth, height: box.clientHeight});
  const ink = canvas.getContext('2d');
  const left = 64, high = canvas.height / sorted.length;
  const times = [...new Set(sorted.flatMap(series => series.points.map(([at]) => at)))].sort((a, b) => a - b);
  const wide = (canvas.width - left) / times.length;
  const counts = sorted.map((series, place) => new Map(series.points.map(([at, value]) => [at,
    value - (place ? sorted[place - 1].points.find(([other]) => other === at)?.[1] ?? 0 : 0)])));
  const most = Math.max(...counts.flatMap(row => [...row.values()]), 1e-9);
  ink.font = '11px sans-serif';
  counts.forEach((row, place) => {
    const top = canvas.height - (place + 1) * high;
    ink.fillStyle = '#6e7680';
    const bound = parseFloat(sorted[place].labels.le);
    ink.fillText(Number.isFinite(bound) ? written(bound, 's') : '∞', 2, top + high / 2 + 4);
    for (const [at, value] of row) {
      if (value <= 1e-9) continue;
      ink.fillStyle = `rgba(31, 96, 196, ${0.12 + 0.88 * Math.sqrt(value / most)})`;
      ink.fillRect(left + Math.round((at - times[0]) / often(panel)) * wide, top + 1, Math.max(1, wide - 0.5), high - 1);
    }
  });
  return canvas;
}

function chart(panel, all, box) {
  const {unit, decimals, custom, max, thresholds} = panel.fieldConfig.defaults;
  const stacked = custom.stacking?.mode === 'normal', columns = custom.drawStyle === 'bars';
  const times = moments(panel);
  const rows = all.map(series => {
    const known = new Map(series.points.map(([at, value]) => [at.toFixed(2), value]));
    return times.map(at => Number.isNaN(known.get(at.toFixed(2)) ?? NaN) ? null : known.get(at.toFixed(2)));
  });
  const sums = times.map(() => 0);
  const drawn = stacked ? rows.map(row => row.map((value, at) => (sums[at] += value ?? 0))) : rows;
  const legend = node('div', {className: 'legend'}, ...all.filter(series => !stacked || Math.max(...series.points.map(([, v]) => v)) > 0)
    .map(series => key(series.title, series.colour)));
  box.append(legend);
  const place = node('div');
  box.prepend(place);
  const order = stacked ? all.map((_, at) => all.length - 1 - at) : all.map((_, at) => at);
  const lines = thresholds.steps.filter(step => step.value !== null);
  const top = Math.max(0, ...drawn.flat().filter(value => value !== null));
  const ceiling = max ?? Math.max(custom.axisSoftMax ?? 0, (top || 1) * 1.08);
  const hooks = {draw: [plot => lines.forEach(step => {
    if (!custom.thresholdsStyle || step.value > ceiling) return;
    const y = plot.valToPos(step.value, 'y', true);
    plot.ctx.save();
    plot.ctx.strokeStyle = colour(step.color);
    plot.ctx.setLineDash([8, 6]);
    plot.ctx.beginPath();
    plot.ctx.moveTo(plot.bbox.left, y);
    plot.ctx.lineTo(plot.bbox.left + plot.bbox.width, y);
    plot.ctx.stroke();
    plot.ctx.restore();
  })]};
  const clock = new Intl.DateTimeFormat(locale, {hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false});
  new uPlot({
    width: box.clientWidth, height: Math.max(60, box.clientHeight - legend.offsetHeight - 2), legend: {show: false},
    cursor: {show: false}, hooks, scales: {y: {range: [0, ceiling]}},
    axes: [{values: (_, ticks) => ticks.map(at => clock.format(at * 1000)), space: 90},
           {size: 78, ...(unit === 's' ? {incrs: SECONDS} : {}), values: (_, ticks) => ticks.map(value => written(value, unit, decimals ?? 2))}],
    series: [{}, ...order.map(at => ({
      stroke: all[at].colour, width: columns ? 0 : custom.lineWidth, points: {show: drawn[at].filter(v => v !== null).length < 3, size: 4},
      fill: stacked ? `color-mix(in srgb, ${all[at].colour} ${columns ? 85 : 50}%, white)` : undefined, spanGaps: false,
      paths: columns ? uPlot.paths.bars({size: [0.8, 20]}) : undefined,
    }))],
  }, [times, ...order.map(at => drawn[at])], place);
}

const DRAWN = {stat, bargauge: bars, table, 'state-timeline': timeline, heatmap: heat, timeseries: chart};

async function draw(panel, main) {
  const {x, y, w, h} = panel.gridPos;
  const box = node('div', {className: 'body'});
  const section = node('section', {title: panel.description}, node('h3', {textContent: panel.title}), box);
  section.style.gridArea = `${y + 1} / ${x + 1} / span ${h} / span ${w}`;
  section.querySelector('h3').append(...panel.links.map(link => node('small', {textContent: link.title})));
  main.append(section);
  if (!panel.targets[0].expr) {
    box.append(node('div', {className: 'none', textContent: 'PostgreSQL'}));
    return;
  }
  const all = (await Promise.all(panel.targets.map(target => ask(target, often(panel))))).flat()
    .map((series, place) => dressed(series, panel, place));
  if (!all.length) {
    box.append(node('div', {className: 'none', textContent: panel.fieldConfig.defaults.noValue}));
    section.dataset.empty = 'yes';
    return;
  }
  const made = DRAWN[panel.type](panel, all, box);
  if (made) box.append(made);
}

const board = await (await fetch(`/board?board=${uid}&language=${language}`)).json();
document.documentElement.lang = locale;
document.querySelector('h1').textContent = board.title;
document.querySelector('nav').append(...board.links.map(link => node('span', {textContent: link.title})));
const main = document.querySelector('main');
const waiting = [];
for (const panel of board.panels) {
  if (panel.type !== 'row') {
    waiting.push(draw(panel, main));
    continue;
  }
  const title = node('h2', {textContent: `${panel.panels.length ? '▸' : '▾'} ${panel.title}`});
  title.style.gridRow = String(panel.gridPos.y + 1);
  main.append(title);
  waiting.push(...panel.panels.map(inner => draw(inner, main)));
}
await Promise.all(waiting);
document.body.dataset.drawn = 'yes';
