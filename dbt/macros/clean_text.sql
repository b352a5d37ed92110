{# Text without blanks around it; nothing but blanks is null. #}
{% macro clean_text(expression) -%}
    nullif(trim({{ expression }}), '')
{%- endmacro %}


{# A number, date or time read from text; null when it is not one. #}
{% macro read_as(type, column) -%}
    try_cast({{ clean_text(column) }} as {{ type }})
{%- endmacro %}
