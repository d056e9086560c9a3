-- Other names of agents, from the project file and queues.conf.
select alias, agent from opt_alias
