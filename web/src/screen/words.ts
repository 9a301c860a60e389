import { lang } from '../i18n/t';

const zh = {
  live: '实时数据', lost: '连接中断，正在重连', connecting: '正在连接', demo: '演示数据', scansByDay: '每日扫码', last30: '近 30 天 · 次', lotsByTown: '各乡镇批次', lots: '批', products: '各产品赋码', codes: '枚', operations: '每月农事记录', records: '条', tests: '农残检测', all: '累计', recentScans: '最新扫码', recentTests: '最新检测', schematic: '乡镇示意图，非行政区域界线', stations: '站', pass: '合格', fail: '不合格', retest: '需复检', unconfirmed: '待确证', invalid: '无效', need_retest: '需复检', noScans: '还没有扫码，等待第一位消费者', noTests: '还没有检测记录', noData: '暂无数据', times: '次', inhibition: '抑制率', login: '请先登录，或使用带令牌的大屏地址', toLogin: '去登录', denied: '这个账号没有查看大屏的权限', failed: '没有取得数据，正在重试', month: '月', updated: '数据时间', rate: '合格率', other: '其他', county: '本县',
};
const en: typeof zh = {
  live: 'Live', lost: 'Connection lost, trying again', connecting: 'Connecting', demo: 'Demo data', scansByDay: 'Scans by day', last30: '30 days', lotsByTown: 'Lots by township', lots: 'lots', products: 'Codes by product', codes: 'codes', operations: 'Farm work by month', records: 'records', tests: 'Residue tests', all: 'all', recentScans: 'Latest scans', recentTests: 'Latest tests', schematic: 'Schematic of townships, not boundaries', stations: 'stations', pass: 'passed', fail: 'failed', retest: 'repeat', unconfirmed: 'unconfirmed', invalid: 'invalid', need_retest: 'repeat', noScans: 'No scans yet', noTests: 'No tests yet', noData: 'No data yet', times: 'scans', inhibition: 'inhibition', login: 'Log in first, or open the screen with its token', toLogin: 'Log in', denied: 'This account may not see the wall screen', failed: 'No data yet, trying again', month: '', updated: 'as of', rate: 'passed', other: 'Other', county: 'County',
};
export const w = lang === 'en' ? en : zh;
