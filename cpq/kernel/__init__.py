"""The words that both packages speak: values, money, quantities, periods, findings, refusals."""
