import { Amount } from '../../ui/amount.tsx';
import { formatCount } from '../../ui/count.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import type { DetailValue } from './detail.ts';

/** A value of a detail, with its unit. */
export function DetailText({ value }: { readonly value: DetailValue }) {
  switch (value.kind) {
    case 'text':
      return value.value;
    case 'code':
      return <code>{value.value}</code>;
    case 'time':
      return <RelativeTime at={value.value} exact />;
    case 'usd':
      return <Amount usd={value.value} />;
    case 'count':
      return `${formatCount(value.value)}${value.unit === undefined ? '' : ` ${value.unit}`}`;
    case 'codes':
      return value.value.length === 0 ? 'none' : <code>{value.value.join(', ')}</code>;
    default:
      return value satisfies never;
  }
}
