/** Words shared by the console and the phone. */
const zh = {
  'app.platform': '农村电商公共服务平台',
  'app.demo': '演示数据',
  'app.demoLong': '当前为演示县，全部数据均为虚构',
  'yes': '是', 'no': '否', 'none': '—', 'save': '保存', 'cancel': '取消', 'close': '关闭', 'delete': '删除', 'edit': '编辑', 'back': '返回', 'retry': '重试', 'more': '更多',
  'all': '全部', 'search': '查询', 'reload': '刷新', 'confirm': '确认', 'open': '打开', 'remove': '移除', 'add': '添加', 'copy': '复制', 'copied': '已复制', 'download': '下载', 'print': '打印', 'logout': '退出登录', 'saved': '已保存', 'deleted': '已删除', 'done': '办理成功',
  'today': '今天', 'choose': '请选择', 'join': '、', 'colon': '：',
  'net.offline': '网络不通，请检查网络后重试', 'net.failed': '服务暂时不可用，请稍后重试', 'net.backOnline': '网络已恢复',
  'login.title': '登录', 'login.login': '账号', 'login.password': '密码', 'login.submit': '登录', 'login.totp': '动态验证码', 'login.totpHelp': '请输入身份验证器上的 6 位数字', 'login.needLogin': '请输入账号', 'login.needPassword': '请输入密码', 'login.needTotp': '请输入 6 位动态验证码',
  'login.show': '显示密码', 'login.hide': '隐藏密码', 'login.ended': '登录已过期，请重新登录。未保存的内容仍在页面上。', 'login.demo': '演示县：账号为 officer（县级主管）、operator（运营人员）、enterprise（企业）、grower（种植户），密码见启动服务的终端窗口。', 'login.locked': '连续输错次数过多时账号会暂时锁定，可联系管理员解锁。',
  'login.forgot': '忘记密码请联系本县平台管理员重置。',
  'pw.title': '修改密码', 'pw.must': '为了账号安全，首次登录请先修改密码。', 'pw.old': '当前密码', 'pw.new': '新密码', 'pw.again': '再次输入新密码', 'pw.differ': '两次输入的新密码不一致', 'pw.same': '新密码不能与当前密码相同', 'pw.short': '新密码至少 8 位', 'pw.changed': '密码已修改', 'pw.submit': '修改密码',
  'v.required': '请填写{name}', 'v.choose': '请选择{name}', 'v.upload': '请上传{name}', 'v.maxLength': '最多 {n} 个字，现在 {has} 个', 'v.min': '不能小于 {n}', 'v.max': '不能大于 {n}', 'v.number': '请输入数字', 'v.int': '请输入整数', 'v.scale': '最多 {n} 位小数', 'v.phone': '格式应为：11 位手机号，或区号加座机号', 'v.idno': '身份证号码不正确，请核对 18 位号码', 'v.uscc': '统一社会信用代码不正确，请核对 18 位代码', 'v.email': '格式应为：name@example.cn', 'v.url': '格式应为：https://…', 'v.code': '只能使用大写字母、数字和连字符', 'v.json': 'JSON 格式不正确：{why}', 'v.date': '格式应为：2026-03-15', 'v.geo': '经度 -180 至 180，纬度 -90 至 90', 'v.lines': '第 {row} 行 {name}：{why}',
  'photo.compressing': '正在压缩照片', 'photo.uploading': '正在上传 {n}%', 'photo.failed': '上传失败', 'photo.tooMany': '最多 {n} 个文件', 'photo.tooLarge': '文件不能超过 {n} MB', 'photo.type': '不支持这种文件',
  'geo.here': '使用当前位置', 'geo.locating': '正在定位…', 'geo.denied': '没有定位权限。可在浏览器设置中允许，或手动选点', 'geo.failed': '没有取得位置，可稍后再试或手动选点', 'geo.unsupported': '当前连接不支持定位（需要 HTTPS）', 'geo.accuracy': '精度约 {n} 米', 'geo.lng': '经度', 'geo.lat': '纬度',
  'time.justNow': '刚刚', 'time.minutes': '{n} 分钟前', 'time.hours': '{n} 小时前', 'time.yesterday': '昨天 {t}',
  'verb.created': '新建', 'verb.updated': '修改', 'verb.deleted': '删除', 'actor.system': '系统',
};
export default zh;
export type CommonKey = keyof typeof zh;
