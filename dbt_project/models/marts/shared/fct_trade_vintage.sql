{{ versions(ref("int_trade__observation"), trade_cell_columns()) }}
