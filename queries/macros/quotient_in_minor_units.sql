-- A quotient of whole numbers as an amount, rounded once to a currency's minor units, halves away from zero.
-- Value: decimal(38, 4)
-- Parameter numerator integer: an amount in ten-thousandths, times what it is multiplied by.
-- Parameter denominator integer: above 0.
-- Parameter units integer: minor units, 0 to 4 (currencies.minor_units).
--
-- A macro of the warehouse, `quotient_in_minor_units(numerator, denominator, units)`. In whole numbers, as a division of decimals would
-- be binary: cut off after six decimals, which takes no amount across a half.
in_minor_units(cast(sign(numerator) * (abs(numerator) * 100 // denominator) as decimal(32, 0)) * 0.000001, units)
