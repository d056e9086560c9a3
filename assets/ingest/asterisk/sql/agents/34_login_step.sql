-- Log-in to the system and its end: logged, or at a restart.
with
said as (
    select
        agent, logged_at,
        bool_or(event in ('AGENTLOGIN', 'AGENTCALLBACKLOGIN')) as is_login,
        bool_or(event in ('AGENTLOGOFF', 'AGENTCALLBACKLOGOFF')) as is_logout
    from agent_line
    where class = 'agent' and event like 'AGENT%' and is_in_window
    group by agent, logged_at
),
steps as (
    select agent, logged_at, 2 as sub, is_login, false as is_inferred
    from said
    where is_login <> is_logout
    union all
    select agent, event_at, 0, event = 'login', is_inferred
    from work_standing
    where event in ('login', 'logout')
),
spanned as (
    select
        *,
        if(sub = 0, logged_at - interval 1 microsecond, logged_at) as since_at,
        lead(logged_at) over (partition by agent order by logged_at, sub) as next_at
    from steps
),
complete as (
    select agent, logged_at, sub, is_login, is_inferred, false as is_restart from steps
    union all
    select distinct s.agent, r.logged_at, 1, false, true, true
    from spanned as s
    asof inner join restart as r on s.since_at < r.logged_at
    where s.is_login and (s.next_at is null or r.logged_at <= s.next_at)
)
select *, lead(logged_at) over (partition by agent order by logged_at, sub) as next_at
from complete
