{% macro look(query) %}
{% for row in run_query(query).rows %}{% do print(row.values() | list) %}{% endfor %}
{% endmacro %}
