/** The chart itself: arrivals as bars, service level as a line, the open gate as a band below. */

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Series } from "./day_series";

const BAND_PX = 9;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Draw for each slot a stripe at the foot of the chart, as strong as the gate was open. */
function drawBand(series: () => Series): (plot: uPlot) => void {
  return (plot) => {
    const { ctx, bbox } = plot;
    const { x, open } = series();
    const ratio = devicePixelRatio;
    const slot = x.length > 1 ? x[1]! - x[0]! : 300;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = colour("marketing");
    open.forEach((share, i) => {
      if (share <= 0) return;
      const left = plot.valToPos(x[i]!, "x", true);
      const right = plot.valToPos(x[i]! + slot, "x", true);
      ctx.globalAlpha = 0.25 + 0.75 * share;
      ctx.fillRect(left, bbox.top, Math.max(1, right - left), BAND_PX * ratio);
    });
    ctx.restore();
  };
}

function axis(scale: string, side: 1 | 3, values: (plot: uPlot, ticks: number[]) => string[]): uPlot.Axis {
  return {
    scale, side, values, size: side === 1 ? 58 : 42, space: 34, stroke: colour("soft"), font: "12px system-ui",
    grid: { show: side === 3, stroke: colour("line"), width: 1 }, ticks: { show: false },
  };
}

function timeAxis(language: string): uPlot.Axis {
  const text = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return {
    stroke: colour("soft"), font: "12px system-ui", space: 60, size: 30,
    grid: { show: false }, ticks: { stroke: colour("line"), size: 4 },
    values: (_plot, ticks) => ticks.map((tick) => text.format(tick * 1000)),
  };
}

/** The last slot is shown whole, and a day that has just begun as an hour. */
function wholeSlots(plot: uPlot, min: number, max: number): [number, number] {
  const slots = plot.data[0];
  const [first, second] = slots;
  const last = slots[slots.length - 1] ?? max; // of a single slot uPlot would make 1,000 days
  const end = last + (second !== undefined ? second - first! : 300);
  return [min, Math.max(end, min + 3_600)];
}

/** Make the chart in `room`; `series` is asked again whenever the band is drawn. */
export function makePlot(room: HTMLElement, series: () => Series, language: string): uPlot {
  const bars = uPlot.paths.bars!({ size: [0.8, 40], align: 1 });
  const most = (_plot: uPlot, _min: number, max: number): [number, number] => [0, Math.max(5, Math.ceil(max * 1.18))];
  return new uPlot(
    {
      width: room.clientWidth || 600, height: 228, legend: { show: false }, cursor: { show: false },
      scales: { x: { time: true, range: wholeSlots }, n: { range: most }, r: { range: [0, 1.08] } },
      axes: [
        timeAxis(language),
        axis("n", 3, (_p, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? String(tick) : ""))),
        axis("r", 1, (_p, ticks) => ticks.map((tick) => (tick <= 1 ? `${Math.round(tick * 100)} %` : ""))),
      ],
      series: [
        {},
        { scale: "n", paths: bars, fill: colour("bar"), width: 0, points: { show: false } },
        { scale: "n", paths: bars, fill: colour("critical"), width: 0, points: { show: false } },
        { scale: "r", stroke: colour("accent"), width: 2, points: { show: false }, spanGaps: true },
      ],
      hooks: { draw: [drawBand(series)] },
    },
    dataOf(series()),
    room,
  );
}

export function dataOf(series: Series): uPlot.AlignedData {
  return [series.x, series.arrived, series.abandoned, series.level];
}
