-- The figures of scopes to each partner, once per change. Single products have theirs in fct_trade_vintage.
{{ versions("(select * from " ~ ref("int_trade__scope_observation") ~ " where product_scope <> 'single_product')", scope_cell_columns()) }}
