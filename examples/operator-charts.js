/* The four charts, drawn by uPlot. Every colour is a variable of the sheet, so that a change of the theme needs a redraw only. */
import uPlot from '/node_modules/uplot/dist/uPlot.esm.js';

const LEGEND_PX = 30;
const INTEGER_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000];
const SECOND_STEPS = [0.1, 0.2, 0.5, ...INTEGER_STEPS];
const bars = uPlot.paths.bars({ size: [0.75, 14], radius: 0.25 });
const steps = uPlot.paths.stepped({ align: 1 });

/* A canvas knows no variables: an element that is never seen gives the colour that is meant now. */
const probe = document.createElement('i');
probe.hidden = true;
document.body.append(probe);
function colour(variable) {
  probe.style.color = `var(--${variable})`;
  return getComputedStyle(probe).color;
}

const inTheme = (variable) => () => colour(variable); // uPlot asks at each redraw

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const asCount = (_, value) => (value == null ? '' : number.format(value));
const asSeconds = (_, value) => (value == null ? '' : `${number.format(value)} s`);
const toSeconds = (values) => values.map((ms) => (ms === null ? null : ms / 1000));

function line(label, variable, more) {
  return { label, variable, stroke: inTheme(variable), width: 2, points: { show: false }, value: asCount, ...more };
}

const CHARTS = {
  rate: {
    series: [line('Stored', 'green', { fill: inTheme('green'), width: 0, paths: bars })],
    data: (series) => [series.stored],
  },
  saved: {
    // The second line is over the area of the first.
    series: [
      line('Requests', 'accent', { fill: inTheme('accent-soft'), paths: steps }),
      line('One per click', 'amber', { dash: [5, 4], paths: steps }),
    ],
    data: (series) => [series.requestsSoFar, series.clicksSoFar],
  },
  duplicates: {
    series: [line('Duplicates', 'amber', { fill: inTheme('amber'), width: 0, paths: bars })],
    data: (series) => [series.duplicates],
  },
  latency: {
    series: ['p50', 'p99'].map((label, index) =>
      line(label, ['accent', 'red'][index], { spanGaps: true, value: asSeconds, points: { show: true, size: 7 - 2 * index, fill: inTheme('card') } })),
    data: (series) => [toSeconds(series.p50Ms), toSeconds(series.p99Ms)],
    incrs: SECOND_STEPS,
    unit: ' s',
    least: 1,
  },
};

function axis(more) {
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return { stroke: inTheme('soft'), font, grid: { stroke: inTheme('line'), width: 1 }, ticks: { show: false }, ...more };
}

function options({ series, incrs = INTEGER_STEPS, unit = '', least = 4 }, element) {
  return {
    ...size(element),
    padding: [10, 14, 0, 0],
    // The legend is no canvas: there the variable itself is a colour.
    legend: { markers: { width: 0, fill: (plot, index) => `var(--${plot.series[index].variable})` } },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      x: { time: false, range: [-120, 0.6] },
      y: { range: (_, low, high) => [0, Math.max(least, (high ?? 0) * 1.12)] },
    },
    axes: [
      axis({ size: 30, grid: { show: false }, incrs: [30, 60], values: (_, ages) => ages.map((age) => (age === 0 ? 'now' : `−${-age} s`)) }),
      axis({ size: 46, incrs, values: (_, values) => values.map((value) => number.format(value) + unit) }),
    ],
    series: [{ label: 'Time', value: (_, age) => (age == null ? '' : age === 0 ? 'now' : `−${-age} s`) }, ...series],
  };
}

function size(element) {
  return { width: element.clientWidth, height: element.clientHeight - LEGEND_PX };
}

const plots = new Map();
function plotOf(name, data) {
  if (!plots.has(name)) {
    const element = document.querySelector(`[data-chart="${name}"] .chart`);
    const plot = new uPlot(options(CHARTS[name], element), data, element);
    new ResizeObserver(() => plot.setSize(size(element))).observe(element);
    plots.set(name, plot);
  }
  return plots.get(name);
}

/* `series` as /control/metrics has it: one value for each second, the oldest first. */
export function drawCharts(series) {
  for (const [name, chart] of Object.entries(CHARTS)) {
    const data = [series.ageS, ...chart.data(series)];
    plotOf(name, data).setData(data);
  }
}

export function redrawCharts() {
  for (const plot of plots.values()) plot.redraw(false);
}
