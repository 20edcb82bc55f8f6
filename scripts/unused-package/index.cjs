// Empty: package.json says why.
