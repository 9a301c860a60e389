import { echarts } from './echarts';
import type { ScreenData, Town } from './types';
import { w } from './words';

export type Px = (n: number) => number;
export const C = { a: '#46d39a', b: '#e7b26a', c: '#6cb2e8', d: '#d98a6c', e: '#a7b8b0', f: '#c4a3dd', line: '#1d4a3a', soft: '#9cc7b6' };
const axis = (px: Px) => ({ axisLabel: { color: C.soft, fontSize: px(14), margin: px(8) }, axisLine: { lineStyle: { color: '#2c6450', width: px(1) } }, axisTick: { show: false }, splitLine: { lineStyle: { color: C.line, width: px(1) } } });
const grid = (px: Px, o = {}) => ({ left: px(6), right: px(14), top: px(16), bottom: px(4), containLabel: true, ...o });
const short = (name: string) => name.replace(/(街道)办事处$/, '$1');

type Charts = ScreenData['charts'];

export const scansByDay = (d: Charts) => (px: Px) => ({
  grid: grid(px),
  xAxis: { type: 'category', data: d.scans_by_day.x.map(x => x.slice(-5)), boundaryGap: false, ...axis(px), splitLine: { show: false } },
  yAxis: { type: 'value', minInterval: 1, splitNumber: 4, ...axis(px), axisLine: { show: false } },
  series: [{ type: 'line', data: d.scans_by_day.y, smooth: 0.25, symbol: 'none', lineStyle: { width: px(3), color: C.a }, areaStyle: { color: new echarts.graphic.LinearGradient(0, 0, 0, 1, [{ offset: 0, color: 'rgba(70,211,154,.35)' }, { offset: 1, color: 'rgba(70,211,154,.02)' }]) } }],
});
export const operations = (d: Charts) => (px: Px) => ({
  grid: grid(px),
  xAxis: { type: 'category', data: d.operations_by_month.x.map(x => (/^\d{4}-\d\d$/.test(x) ? String(Number(x.slice(5))) + w.month : x)), ...axis(px), splitLine: { show: false } },
  yAxis: { type: 'value', minInterval: 1, splitNumber: 4, ...axis(px), axisLine: { show: false } },
  series: [{ type: 'bar', barMaxWidth: px(18), data: d.operations_by_month.y, itemStyle: { color: C.b, borderRadius: [px(3), px(3), 0, 0] } }],
});
export const lotsByTown = (d: Charts) => (px: Px) => {
  const rows = d.lots_by_town.x.map((name, i) => ({ name: short(name), v: d.lots_by_town.y[i] ?? 0 })).sort((a, b) => a.v - b.v).slice(-9);
  return {
    grid: grid(px, { top: px(2), right: px(52) }),
    xAxis: { type: 'value', show: false },
    yAxis: { type: 'category', data: rows.map(r => r.name), ...axis(px), axisLine: { show: false } },
    series: [{ type: 'bar', barWidth: px(11), data: rows.map(r => r.v), label: { show: true, position: 'right', color: '#f6e3c3', fontSize: px(15) }, itemStyle: { borderRadius: px(6), color: new echarts.graphic.LinearGradient(0, 0, 1, 0, [{ offset: 0, color: '#1d6a50' }, { offset: 1, color: C.a }]) } }],
  };
};
export const products = (d: Charts) => (px: Px) => {
  const sorted = [...d.products].sort((a, b) => b.value - a.value), head = sorted.slice(0, 5), rest = sorted.slice(5).reduce((n, x) => n + x.value, 0);
  const data = rest ? [...head, { name: w.other, value: rest }] : head, of = new Map(data.map(x => [x.name, x.value]));
  return {
    legend: { orient: 'vertical', right: px(4), top: 'middle', itemWidth: px(12), itemHeight: px(12), itemGap: px(9), formatter: (n: string) => `${[...n].length > 8 ? [...n].slice(0, 8).join('') + '…' : n}  ${of.get(n) ?? ''}`, textStyle: { color: '#cfe7dd', fontSize: px(15) } },
    color: [C.a, C.b, C.c, C.d, C.f, C.e],
    series: [{ type: 'pie', radius: ['50%', '76%'], center: ['27%', '50%'], label: { show: false }, silent: true, itemStyle: { borderColor: '#0b241c', borderWidth: px(3) }, data }],
  };
};
export const tests = (d: Charts) => (px: Px) => {
  const t = d.tests, sum = t.pass + t.fail + t.retest;
  const data = [{ name: w.pass, value: t.pass }, { name: w.retest, value: t.retest }, { name: w.fail, value: t.fail }];
  return {
    legend: { orient: 'vertical', right: px(20), top: 'middle', itemWidth: px(12), itemHeight: px(12), itemGap: px(14), formatter: (n: string) => `${n}  ${(data.find(x => x.name === n)?.value ?? 0).toLocaleString()}`, textStyle: { color: '#cfe7dd', fontSize: px(16) } },
    color: [C.a, C.b, '#e2655a'],
    series: [{ type: 'pie', radius: ['58%', '80%'], center: ['30%', '50%'], silent: true, itemStyle: { borderColor: '#0b241c', borderWidth: px(3) }, data, label: { show: true, position: 'center', formatter: sum ? `{v|${((100 * t.pass) / sum).toFixed(1)}%}\n{n|${w.rate}}` : '—', rich: { v: { color: '#f6e3c3', fontSize: px(26), fontWeight: 600, lineHeight: px(34) }, n: { color: C.soft, fontSize: px(15) } } } }],
  };
};
/** Townships as cells; the one of the newest scan is lit. */
export const townMap = (towns: Town[], at: [number, number][], lit: string, beside: boolean) => (px: Px) => {
  const most = Math.max(1, ...towns.map(t => t.scans));
  return {
    geo: {
      map: 'county', left: '2%', right: beside ? '15%' : '3%', top: '3%', bottom: '5%', silent: true, label: { show: false },
      itemStyle: { areaColor: '#12402f', borderColor: '#3f9a78', borderWidth: px(1.5) },
      regions: towns.map(t => ({ name: t.name, itemStyle: { areaColor: lit && (t.name === lit || short(t.name) === short(lit)) ? '#8a6226' : `rgba(38,128,94,${(0.2 + (0.5 * t.scans) / most).toFixed(2)})` } })),
    },
    series: [{
      type: 'scatter', coordinateSystem: 'geo', silent: true, symbolSize: (v: number[]) => px(9 + Math.min(12, v[2] / 3)),
      itemStyle: { color: C.a, shadowBlur: px(10), shadowColor: 'rgba(70,211,154,.8)' },
      label: { show: true, position: 'bottom', distance: px(7), formatter: (p: { name: string; value: number[] }) => `${short(p.name)}\n{n|${p.value[2]} ${w.stations} · ${p.value[3]} ${w.lots}}`, color: '#eefaf5', fontSize: px(17), lineHeight: px(22), textBorderColor: '#0b2a20', textBorderWidth: px(3), rich: { n: { color: '#f6e3c3', fontSize: px(15), lineHeight: px(20), textBorderColor: '#0b2a20', textBorderWidth: px(3) } } },
      data: towns.map((t, i) => ({ name: t.name, value: [...at[i], t.stations, t.lots] })),
    }],
  };
};
