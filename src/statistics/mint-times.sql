-- Returns the histogram of one mint that took so long. A histogram is one number: how many mints are of class n is its
-- n-th digit to the base 10^12. So sum() of histograms is the histogram of all of them, exact and in any order.
-- The class is the time in milliseconds, rounded to whole ones below 100 and to two significant digits above; 990 s and
-- longer are one class. src/statistics/mint-times.ts reads it. Null is that of null, without STRICT: a strict function with a
-- CASE is not inlined, and calling it costs thirty times what it does.
CREATE OR REPLACE FUNCTION mint_times(microseconds bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('1e' || (12 * CASE
  WHEN microseconds < 0 THEN 0
  WHEN microseconds < 99500 THEN (microseconds + 500) / 1000
  WHEN microseconds < 995000 THEN 90 + (microseconds + 5000) / 10000
  WHEN microseconds < 9950000 THEN 180 + (microseconds + 50000) / 100000
  WHEN microseconds < 99500000 THEN 270 + (microseconds + 500000) / 1000000
  WHEN microseconds < 985000000 THEN 360 + (microseconds + 5000000) / 10000000
  WHEN microseconds >= 985000000 THEN 459
END)::text)::numeric;
