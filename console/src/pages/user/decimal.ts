/** Whether an exact decimal has reached another. Neither is negative. */
export function reaches(amount: string, limit: string): boolean {
  const digits = Math.max(fractionOf(amount).length, fractionOf(limit).length);
  return unitsOf(amount, digits) >= unitsOf(limit, digits);
}

function unitsOf(amount: string, digits: number): bigint {
  const [whole = '0'] = amount.split('.');
  return BigInt(whole + fractionOf(amount).padEnd(digits, '0'));
}

function fractionOf(amount: string): string {
  return amount.split('.')[1] ?? '';
}
