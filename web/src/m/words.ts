import { translate } from '../i18n/t';
import type { CommonKey } from '../i18n/common.zh';
import type { PhoneKey } from './words.zh';

export const t = translate as (key: CommonKey | PhoneKey, p?: Record<string, string | number>) => string;
