import { translate } from './t';
import type { CommonKey } from './common.zh';

export const t = translate as (key: CommonKey, p?: Record<string, string | number>) => string;
