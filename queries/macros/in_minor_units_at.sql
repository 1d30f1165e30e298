-- An amount at an exchange rate, rounded to the minor units of the currency that it becomes, halves away from zero.
-- Value: decimal(38, 4)
-- Parameter given_amount amount: in the document's currency.
-- Parameter given_rate amount: units of the wanted currency per 1 unit of the document's.
-- Parameter units integer: minor units of the wanted currency, 0 to 4 (currencies.minor_units).
--
-- A macro of the warehouse, `in_minor_units_at(given_amount, given_rate, units)`: in_minor_units(given_amount * given_rate, units).
-- Decimals of more than 18 digits cost twenty times as much; so what stays in its currency is not multiplied, and a product below
-- 10,000, which 18 digits hold with its 14 decimals, is made in 18 digits. All three ways come to the same to the last digit.
case
    when given_rate = 1 then in_minor_units(given_amount, units)
    when given_rate <= 2 and given_amount between -4999 and 4999
        then in_minor_units(cast(given_amount as decimal(18, 4)) * cast(given_rate as decimal(18, 10)), units)
    else in_minor_units(given_amount * given_rate, units)
end
