/** The day of the chosen queue as a chart, in a sentence, and (for who cannot see it) as a table. */

import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import type { Day } from "../feed/types";
import { count, percent, timeOfDay } from "../shared/format";
import { language, t, tag } from "../shared/i18n";
import { isDark } from "../shared/theme";
import { firstShown, seriesOf, totals, type Series } from "./day_series";
import { dataOf, makePlot } from "./plot";
import { chosen, queueName, store } from "./state";

function shown(day: Day): Day {
  const first = firstShown(day);
  return { ...day, from_ms: day.from_ms + first * day.slot_ms, slots: day.slots.slice(first) };
}

function Plot({ series }: { series: Series }) {
  const room = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(series);
  latest.current = series;
  useEffect(() => {
    const element = room.current!;
    const made = makePlot(element, () => latest.current, tag());
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: 228 }));
    watch.observe(element);
    return () => { watch.disconnect(); made.destroy(); };
  }, [isDark.value, language.value]);
  useEffect(() => plot.current?.setData(dataOf(series)), [series]);
  return <div class="chart" ref={room} aria-hidden="true" />;
}

function Table({ series }: { series: Series }) {
  return (
    <div class="waiting-list" tabIndex={0} role="group" aria-label={t("chart.table")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("chart.time")}</th>
            <th scope="col" class="num">{t("chart.arrivals")}</th>
            <th scope="col" class="num">{t("chart.abandoned")}</th>
            <th scope="col" class="num">{t("chart.service_level")}</th>
            <th scope="col" class="num">{t("chart.gate")}</th>
          </tr>
        </thead>
        <tbody>
          {series.x.map((x, i) => (
            <tr key={x}>
              <td>{timeOfDay(x * 1000, tag(), false)}</td>
              <td class="num">{series.arrived[i]}</td>
              <td class="num">{series.abandoned[i]}</td>
              <td class="num">{percent(series.level[i])}</td>
              <td class="num">{percent(series.open[i])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Legend() {
  return (
    <p class="chart-note">
      <span><i class="arrivals" />{t("chart.arrivals")}</span>
      <span><i class="lost" />{t("chart.abandoned")}</span>
      <span><i class="level" />{t("chart.service_level")}</span>
      <span><i class="gate" />{t("chart.gate")}</span>
    </p>
  );
}

export function DayChart() {
  const id = chosen.value;
  const whole = id === null ? undefined : store.get<Day>("day", id).value;
  if (id === null) return null;
  const day = whole && shown(whole);
  const sums = day && totals(day);
  return (
    <section class="panel" aria-labelledby="chart-title">
      <header><h2 id="chart-title">{t("chart.title", { queue: queueName(id) })}</h2></header>
      {!day || !sums || (sums.arrived === 0 && sums.open_ratio === 0) ? <p class="empty">{t("chart.none")}</p> : (
        <>
          <Legend />
          <Plot series={seriesOf(day)} />
          <div class="body small soft">
            <p>{t("chart.summary", {
              arrived: count(sums.arrived, tag()), abandoned: count(sums.abandoned, tag()),
              share: percent(sums.open_ratio), from: timeOfDay(day.from_ms, tag(), false),
            })}</p>
            <details><summary>{t("chart.table")}</summary><Table series={seriesOf(day)} /></details>
          </div>
        </>
      )}
    </section>
  );
}
