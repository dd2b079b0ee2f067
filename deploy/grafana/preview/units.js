// Numbers as Grafana would write them, roughly; colours by its names.

const COLOURS = {
  green: '#299c46', yellow: '#e0b400', orange: '#ff780a', red: '#e02f44', 'dark-red': '#ad0317', blue: '#3274d9',
  text: '#464c54', transparent: '#299c46',
};
export const PALETTE = ['#56a64b', '#f2cc0c', '#3274d9', '#ff780a', '#e02f44', '#8f3bb8', '#37872d', '#1f60c4', '#8ab8ff'];

export const SECONDS = [1e-3, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 10, 30, 60, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400,
  172800, 604800];

export const colour = name => COLOURS[name] ?? name;

const SPANS = [[86400 * 7, 'week'], [86400, 'day'], [3600, 'hour'], [60, 'min'], [1, 's'], [1e-3, 'ms'], [0, 'µs']];

function span(value) {
  const size = Math.abs(value);
  const [unit, name] = SPANS.find(([least]) => size >= least) ?? SPANS.at(-1);
  if (size === 0) return '0 s';
  const many = value / (unit || 1e-6);
  return `${+many.toPrecision(3)} ${name}${unit >= 3600 && Math.abs(many) >= 1.05 ? 's' : ''}`;
}

export function written(value, unit, decimals) {
  if (value === null || Number.isNaN(value)) return '–';
  const digits = {maximumFractionDigits: decimals ?? 2, minimumFractionDigits: 0};
  if (unit === 's') return span(value);
  if (unit === 'percentunit') return `${(value * 100).toLocaleString('en', digits)}%`;
  if (unit === 'bytes') return `${(value / 2 ** 20).toFixed(0)} MiB`;
  if (unit.startsWith('suffix:')) return `${value.toLocaleString('en', digits)}${unit.slice(7)}`;
  const rate = {cps: ' c/s', reqps: ' req/s'}[unit] ?? '';
  return value.toLocaleString('en', digits) + rate;
}

export function stepColour(value, steps) {
  return colour(steps.filter(step => step.value === null || value >= step.value).at(-1)?.color ?? 'text');
}
