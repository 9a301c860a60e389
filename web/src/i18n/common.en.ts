import type { CommonKey } from './common.zh';

const en: Record<CommonKey, string> = {
  'app.platform': 'Rural E-commerce Public Service Platform',
  'app.demo': 'Demo data',
  'app.demoLong': 'This is a demonstration county: all data are invented',
  'yes': 'Yes', 'no': 'No', 'none': '—', 'save': 'Save', 'cancel': 'Cancel', 'close': 'Close', 'delete': 'Delete', 'edit': 'Edit', 'back': 'Back', 'retry': 'Try again', 'more': 'More',
  'all': 'All', 'search': 'Search', 'reload': 'Refresh', 'confirm': 'Confirm', 'open': 'Open', 'remove': 'Remove', 'add': 'Add', 'copy': 'Copy', 'copied': 'Copied', 'download': 'Download', 'print': 'Print', 'logout': 'Log out', 'saved': 'Saved', 'deleted': 'Deleted', 'done': 'Done',
  'today': 'Today', 'choose': 'Choose', 'join': ', ', 'colon': ': ',
  'net.offline': 'No network. Check the connection and try again', 'net.failed': 'The service is not available just now. Please try again later', 'net.backOnline': 'Back online',
  'login.title': 'Log in', 'login.login': 'Account', 'login.password': 'Password', 'login.submit': 'Log in', 'login.totp': 'One-time code', 'login.totpHelp': 'The 6 digits shown by your authenticator', 'login.needLogin': 'Enter your account', 'login.needPassword': 'Enter your password', 'login.needTotp': 'Enter the 6-digit code',
  'login.show': 'Show password', 'login.hide': 'Hide password', 'login.ended': 'Your session has ended. Log in again; what you typed is still on the page.', 'login.demo': 'Demonstration county. Accounts: officer, operator, enterprise, grower. The passwords are printed where the service was started.', 'login.locked': 'Too many wrong attempts lock the account for a while; an administrator can unlock it.',
  'login.forgot': 'Forgotten password: ask the platform administrator of your county.',
  'pw.title': 'Change password', 'pw.must': 'For your safety, choose a new password before you continue.', 'pw.old': 'Current password', 'pw.new': 'New password', 'pw.again': 'New password again', 'pw.differ': 'The two new passwords differ', 'pw.same': 'The new password must differ from the current one', 'pw.short': 'At least 8 characters', 'pw.changed': 'Password changed', 'pw.submit': 'Change password',
  'v.required': 'Please fill in {name}', 'v.choose': 'Please choose {name}', 'v.upload': 'Please upload {name}', 'v.maxLength': 'At most {n} characters, now {has}', 'v.min': 'Must not be less than {n}', 'v.max': 'Must not be more than {n}', 'v.number': 'Enter a number', 'v.int': 'Enter a whole number', 'v.scale': 'At most {n} decimals', 'v.phone': 'An 11-digit mobile number, or area code and number', 'v.idno': 'Not a valid 18-digit identity number', 'v.uscc': 'Not a valid 18-character credit code', 'v.email': 'Like name@example.cn', 'v.url': 'Like https://…', 'v.code': 'Capital letters, digits and hyphens only', 'v.json': 'Not valid JSON: {why}', 'v.date': 'Like 2026-03-15', 'v.geo': 'Longitude -180 to 180, latitude -90 to 90', 'v.lines': 'Row {row}, {name}: {why}',
  'photo.compressing': 'Compressing the photo', 'photo.uploading': 'Uploading {n}%', 'photo.failed': 'Upload failed', 'photo.tooMany': 'At most {n} files', 'photo.tooLarge': 'A file may have at most {n} MB', 'photo.type': 'This kind of file is not accepted',
  'geo.here': 'Use my position', 'geo.locating': 'Locating…', 'geo.denied': 'Location is not allowed. Allow it in the browser settings, or pick a point by hand', 'geo.failed': 'No position found. Try again later, or pick a point by hand', 'geo.unsupported': 'Location needs an HTTPS connection', 'geo.accuracy': 'within about {n} m', 'geo.lng': 'Longitude', 'geo.lat': 'Latitude',
  'time.justNow': 'just now', 'time.minutes': '{n} min ago', 'time.hours': '{n} h ago', 'time.yesterday': 'yesterday {t}',
  'verb.created': 'created', 'verb.updated': 'changed', 'verb.deleted': 'deleted', 'actor.system': 'System',
};
export default en;
