{#
    Fails on values in which the pattern is not found; null is no failure.
    As in dbt_expectations.
#}
{% test expect_column_values_to_match_regex(model, column_name, regex) %}

    select *
    from {{ model }}
    where not {{ column_name }} rlike '{{ regex }}'

{% endtest %}
