/** The shapes of docs/api.md. */
export interface Text { zh: string; en: string }
export type Tone = 'ok' | 'warn' | 'bad' | 'info' | '';
export interface Option { value: string; label: Text; tone?: Tone }
export interface Unit { code: string; zh: string; en: string }

export type FieldType =
  | 'text' | 'longtext' | 'code' | 'int' | 'quantity' | 'money' | 'rate' | 'bool' | 'date' | 'time' | 'enum' | 'state' | 'ref' | 'division'
  | 'geo' | 'file' | 'files' | 'phone' | 'idno' | 'uscc' | 'email' | 'url' | 'json' | 'lines';

export interface Field {
  name: string;
  title: Text;
  type: FieldType;
  unit?: Unit | null;
  unitField?: string | null;
  scale?: number | null;
  min?: number | null;
  max?: number | null;
  maxLength?: number | null;
  required?: boolean;
  requiredWhen?: { field: string; is: string[] } | null;
  readOnly?: boolean;
  fixed?: boolean;
  private?: boolean;
  list?: boolean;
  filter?: boolean;
  sort?: boolean;
  search?: boolean;
  secondary?: boolean;
  mobile?: boolean;
  width?: number | null;
  group?: Text | null;
  help?: Text | null;
  ref?: string | null;
  accept?: string | null;
  default?: unknown;
  options?: Option[] | null;
  fields?: Field[] | null;
}

export interface Move {
  name: string;
  title: Text;
  from: string[];
  to: string;
  comment?: boolean;
  danger?: boolean;
  primary?: boolean;
  confirm?: Text | null;
}

export interface Resource {
  name: string;
  title: Text;
  help?: Text | null;
  group?: string | null;
  icon?: string | null;
  titleField: string;
  defaultSort?: string;
  appendOnly?: boolean;
  may: { read?: boolean; create?: boolean; update?: boolean; delete?: boolean; import?: boolean; export?: boolean };
  fields: Field[];
  states?: Option[] | null;
  moves?: Move[] | null;
}

export interface Meta {
  county: { code: string; name: Text };
  version: string;
  demo?: boolean;
  groups: { name: string; title: Text; icon?: string; order: number }[];
  resources: Resource[];
}

export type Row = Record<string, unknown> & { id: string; version: number; _may?: string[] };
export type Labels = Record<string, Record<string, string>>;
export interface Page { items: Row[]; next: string | null; count?: number; labels?: Labels }

export interface Division { code: string; name: string; level: number; parent: string | null; lng?: number | null; lat?: number | null }
export interface FileInfo { id: string; name: string; type: string; bytes: number; width?: number | null; height?: number | null }
export interface Job {
  id: string;
  kind: string;
  title?: Text | string;
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  done: number;
  total: number;
  result?: Record<string, unknown> | null;
  error?: unknown;
  created_ms?: number;
}
export interface Notice { id: string; title: string; body?: string; link?: string; at_ms?: number; created_ms?: number; read?: boolean; read_ms?: number | null }
export interface Change { field: string; before: unknown; after: unknown }
export interface HistoryItem { at_ms: number; actor: string | { name?: string } | null; verb: string; comment?: string | null; changes?: Change[] }
export interface Point { lng: number; lat: number }

export interface Session {
  user: { id: string; name: string; login: string; org_id?: string | null; org?: string | null; person_id?: string | null };
  csrf: string;
  must_change: boolean;
  totp_required?: boolean;
  second_factor?: boolean;
  permissions: string[];
  county: { code: string; name: Text | string };
  lang: 'zh' | 'en';
  demo?: boolean;
}

export interface DashboardData {
  cards: { name: string; title: Text | string; value: number; unit?: Unit | Text | string | null; scale?: number; link?: string | null }[];
  charts: { name: string; title: Text | string; kind: 'bar' | 'line' | 'pie'; unit?: Unit | Text | string | null; scale?: number; x: (string | Text)[]; series: { title: Text | string; data: number[] }[]; link?: string | null }[];
}
