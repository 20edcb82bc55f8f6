const types: Readonly<Record<string, string>> = {
  csv: 'text/csv;charset=utf-8',
  ndjson: 'application/x-ndjson',
};

/** Has the browser save `parts` as a file of that name. */
export function saveFile(name: string, parts: readonly string[]): void {
  const type = types[name.slice(name.lastIndexOf('.') + 1)] ?? 'text/plain';
  const url = URL.createObjectURL(new Blob([...parts], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun once the click was handled.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
