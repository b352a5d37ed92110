{#
    What bronze adds to each delivered row.

    _loaded_at: when the run that loaded it began, in UTC. A literal and not
    current_timestamp(), which would change with every read of a view.
    _source: the seed it came from.
    _row_hash: fingerprint of the delivered columns; see record_hash.
#}
{% macro audit_columns(source, columns) -%}

    cast(
        '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp
    ) as _loaded_at,
    '{{ source }}' as _source,
    {{ record_hash(columns) }} as _row_hash

{%- endmacro %}


{#
    The key of a bronze row. A line that was delivered twice has the same
    hash twice; counting its copies tells them apart.
#}
{% macro row_key() -%}

    concat(
        _row_hash,
        '-',
        row_number() over (partition by _row_hash order by _source)
    )

{%- endmacro %}
