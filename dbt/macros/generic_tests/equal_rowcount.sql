{# Fails when the two relations differ in rows. As in dbt_utils. #}
{% test equal_rowcount(model, compare_model) %}

    with

    counted as (

        select
            (select count(*) from {{ model }}) as row_count,
            (select count(*) from {{ compare_model }}) as expected_count

    )

    select * from counted where row_count <> expected_count

{% endtest %}
