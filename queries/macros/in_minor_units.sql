-- An amount rounded to a currency's minor units, halves away from zero.
-- Value: decimal(38, 4)
-- Parameter given_amount amount: any decimal.
-- Parameter units integer: minor units, 0 to 4 (currencies.minor_units).
--
-- A macro of the warehouse, `in_minor_units(given_amount, units)`. Spelled out, as round() with a column for its digits makes a double.
case units
    when 0 then cast(round(given_amount, 0) as decimal(38, 4))
    when 2 then cast(round(given_amount, 2) as decimal(38, 4))
    when 3 then cast(round(given_amount, 3) as decimal(38, 4))
    else cast(round(given_amount, 4) as decimal(38, 4))
end
