# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_wipeos_iqr_global_optspecs
    string join \n config= v/verbose q/quiet color= h/help V/version
end

function __fish_wipeos_iqr_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_wipeos_iqr_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_wipeos_iqr_using_subcommand
    set -l cmd (__fish_wipeos_iqr_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -s V -l version -d 'Print version'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -f -a "sync" -d 'One pass: finds the clients that are due and brings them to IQR'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -f -a "preview" -d 'Shows what would be sent for an inventory ID, and why'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -f -a "auth-test" -d 'Signs in, reads something harmless, signs out; checks config, databases and clock on the way'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -f -a "master-item" -d 'Looks a master item up, and creates it if asked to'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -f -a "status" -d 'The last passes; what is due, held and failing, each with its reason'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -f -a "dismiss" -d 'Ends the notice that an asset still shows what another machine sent'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -f -a "init" -d 'Writes a commented config file (./wipeos-iqr.toml, or --config); never overwrites'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -f -a "iqmetrix" -d 'Looks up companies, dealers and devices at iQmetrix, where the config has its section'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -f -a "iqtech" -d 'Employees, lockers, machines and transactions of iQ Tech, where the config has its section'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand sync" -l inventory-id -d 'Only the client with this inventory ID' -r
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand sync" -l limit -d 'At most this many clients; the next pass goes on with the others' -r
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand sync" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand sync" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand sync" -l dry-run -d 'Make no request that could change anything'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand sync" -l full -d 'Compare every client, whatever its times say'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand sync" -l retry -d 'Try everything that is held or failing now, whatever its delay'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand sync" -l json -d 'Report as one JSON object'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand sync" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand sync" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand preview" -l template -d 'Use the extended description of this kind of machine' -r -f -a "default\t''
desktop\t''
all-in-one\t''
laptop\t''
macbook\t''"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand preview" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand preview" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand preview" -l remote -d 'Read the asset from IQR too, and show what differs'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand preview" -l json -d 'Report as one JSON object'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand preview" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand preview" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand preview" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand auth-test" -l probe -d 'Find out, by reading only, what the API does with this asset and without it' -r
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand auth-test" -l yes-write-to -d 'The same ID again, without which nothing is written' -r
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand auth-test" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand auth-test" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand auth-test" -l json -d 'Report as one JSON object'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand auth-test" -l write-test -d 'Also write to the three fields of that asset, a TEST asset, and restore them'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand auth-test" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand auth-test" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand auth-test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand master-item" -l category -d 'Its category, which must exist in IQR [default: that of the config]' -r
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand master-item" -l description -d 'Its description [default: that of the config]' -r
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand master-item" -l chassis -d 'The kind of machine, for the default category and description' -r -f -a "desktop\t''
all-in-one\t''
laptop\t''
macbook\t''
tablet\t''
convertible\t''
server\t''"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand master-item" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand master-item" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand master-item" -l create -d 'Create it when it is missing'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand master-item" -l json -d 'Report as one JSON object'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand master-item" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand master-item" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand master-item" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand status" -l html -d 'Write a page for browsers into this file; - is stdout' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand status" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand status" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand status" -l json -d 'Report as one JSON object'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand status" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand status" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand dismiss" -l reason -d 'Why the notice is to end' -r
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand dismiss" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand dismiss" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand dismiss" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand dismiss" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand dismiss" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand init" -l from-store -d 'Look at the WipeOS database for the slot that holds the inventory ID' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand init" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand init" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand init" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand init" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and not __fish_seen_subcommand_from companies dealers imei help" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and not __fish_seen_subcommand_from companies dealers imei help" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and not __fish_seen_subcommand_from companies dealers imei help" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and not __fish_seen_subcommand_from companies dealers imei help" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and not __fish_seen_subcommand_from companies dealers imei help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and not __fish_seen_subcommand_from companies dealers imei help" -f -a "companies" -d 'Lists the companies that the account may read, or else those of its dealers'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and not __fish_seen_subcommand_from companies dealers imei help" -f -a "dealers" -d 'Lists the dealers, with the locations of each company that the account may read'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and not __fish_seen_subcommand_from companies dealers imei help" -f -a "imei" -d 'Looks up when devices were bought and returned, by their IMEIs'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and not __fish_seen_subcommand_from companies dealers imei help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from companies" -l format -d 'Give the answer of the service as it is, in this format' -r -f -a "json\t''
json-datatable\t''
xml\t''
xml-datatable\t''
csv\t''
excel\t''"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from companies" -l out -d 'Write into this file, which is replaced in one step; - is stdout' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from companies" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from companies" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from companies" -l json -d 'Report as one JSON object'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from companies" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from companies" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from companies" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from dealers" -l format -d 'Give the answer of the service as it is, in this format' -r -f -a "json\t''
json-datatable\t''
xml\t''
xml-datatable\t''
csv\t''
excel\t''"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from dealers" -l out -d 'Write into this file, which is replaced in one step; - is stdout' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from dealers" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from dealers" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from dealers" -l json -d 'Report as one JSON object'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from dealers" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from dealers" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from dealers" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from imei" -l from -d 'Read the IMEIs from this file; - is stdin' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from imei" -l company -d 'Ask this company only [default: those of the config, or all that are listed]' -r
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from imei" -l format -d 'Give the answer of the service as it is, in this format' -r -f -a "json\t''
json-datatable\t''
xml\t''
xml-datatable\t''
csv\t''
excel\t''"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from imei" -l out -d 'Write into this file, which is replaced in one step; - is stdout' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from imei" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from imei" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from imei" -l json -d 'Report as one JSON object'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from imei" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from imei" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from imei" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from help" -f -a "companies" -d 'Lists the companies that the account may read, or else those of its dealers'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from help" -f -a "dealers" -d 'Lists the dealers, with the locations of each company that the account may read'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from help" -f -a "imei" -d 'Looks up when devices were bought and returned, by their IMEIs'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqmetrix; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and not __fish_seen_subcommand_from employee locker machine transactions help" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and not __fish_seen_subcommand_from employee locker machine transactions help" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and not __fish_seen_subcommand_from employee locker machine transactions help" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and not __fish_seen_subcommand_from employee locker machine transactions help" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and not __fish_seen_subcommand_from employee locker machine transactions help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and not __fish_seen_subcommand_from employee locker machine transactions help" -f -a "employee" -d 'Lists, looks up, adds and changes the employees who use machines and lockers'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and not __fish_seen_subcommand_from employee locker machine transactions help" -f -a "locker" -d 'Reserves lockers for wiped assets, and shows which are free and taken'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and not __fish_seen_subcommand_from employee locker machine transactions help" -f -a "machine" -d 'Shows what machines hold, and what is low'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and not __fish_seen_subcommand_from employee locker machine transactions help" -f -a "transactions" -d 'Lists what was drawn from machines, and by whom'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and not __fish_seen_subcommand_from employee locker machine transactions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from employee" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from employee" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from employee" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from employee" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from employee" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from employee" -f -a "list" -d 'Lists every employee'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from employee" -f -a "lookup" -d 'Looks employees up by what is known of them'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from employee" -f -a "add" -d 'Adds an employee'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from employee" -f -a "update" -d 'Changes an employee, after showing the difference'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from employee" -f -a "status" -d 'Makes an employee active or inactive'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from employee" -f -a "pin" -d 'Changes the PIN of an employee; the old and the new one are read from stdin'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from employee" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from locker" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from locker" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from locker" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from locker" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from locker" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from locker" -f -a "free" -d 'Lists the free lockers of a machine'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from locker" -f -a "status" -d 'Lists the reservations of a machine, each with its state'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from locker" -f -a "reserve" -d 'Reserves a locker for an asset that is wiped and sent to IQR'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from locker" -f -a "resend" -d 'Has a new access code sent for a reservation'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from locker" -f -a "recall" -d 'Ends a reservation'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from locker" -f -a "report" -d 'Lists what happened to the reservations of a period'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from locker" -f -a "custody" -d 'Shows the record of what was reserved and by whom; asks nobody'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from locker" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from machine" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from machine" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from machine" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from machine" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from machine" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from machine" -f -a "list" -d 'Lists every machine with its selections'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from machine" -f -a "show" -d 'Shows one machine with its selections'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from machine" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from transactions" -l from -d 'From this day on' -r
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from transactions" -l to -d 'Until this day' -r
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from transactions" -l machine -d 'Only of this machine [default: all]' -r
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from transactions" -l asset -d 'Only those that name this inventory ID as asset or answer' -r
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from transactions" -l config -d 'The config file; an empty name counts as not given' -r -F
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from transactions" -l color -d 'When to use color' -r -f -a "auto\t'On a terminal that shows it'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from transactions" -l json -d 'Report as one JSON object'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from transactions" -s v -l verbose -d 'Log more on stderr: -v what is done, -vv every request'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from transactions" -s q -l quiet -d 'Log nothing but the error that ends the program'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from transactions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from help" -f -a "employee" -d 'Lists, looks up, adds and changes the employees who use machines and lockers'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from help" -f -a "locker" -d 'Reserves lockers for wiped assets, and shows which are free and taken'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from help" -f -a "machine" -d 'Shows what machines hold, and what is low'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from help" -f -a "transactions" -d 'Lists what was drawn from machines, and by whom'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand iqtech; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand help; and not __fish_seen_subcommand_from sync preview auth-test master-item status dismiss init iqmetrix iqtech help" -f -a "sync" -d 'One pass: finds the clients that are due and brings them to IQR'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand help; and not __fish_seen_subcommand_from sync preview auth-test master-item status dismiss init iqmetrix iqtech help" -f -a "preview" -d 'Shows what would be sent for an inventory ID, and why'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand help; and not __fish_seen_subcommand_from sync preview auth-test master-item status dismiss init iqmetrix iqtech help" -f -a "auth-test" -d 'Signs in, reads something harmless, signs out; checks config, databases and clock on the way'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand help; and not __fish_seen_subcommand_from sync preview auth-test master-item status dismiss init iqmetrix iqtech help" -f -a "master-item" -d 'Looks a master item up, and creates it if asked to'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand help; and not __fish_seen_subcommand_from sync preview auth-test master-item status dismiss init iqmetrix iqtech help" -f -a "status" -d 'The last passes; what is due, held and failing, each with its reason'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand help; and not __fish_seen_subcommand_from sync preview auth-test master-item status dismiss init iqmetrix iqtech help" -f -a "dismiss" -d 'Ends the notice that an asset still shows what another machine sent'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand help; and not __fish_seen_subcommand_from sync preview auth-test master-item status dismiss init iqmetrix iqtech help" -f -a "init" -d 'Writes a commented config file (./wipeos-iqr.toml, or --config); never overwrites'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand help; and not __fish_seen_subcommand_from sync preview auth-test master-item status dismiss init iqmetrix iqtech help" -f -a "iqmetrix" -d 'Looks up companies, dealers and devices at iQmetrix, where the config has its section'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand help; and not __fish_seen_subcommand_from sync preview auth-test master-item status dismiss init iqmetrix iqtech help" -f -a "iqtech" -d 'Employees, lockers, machines and transactions of iQ Tech, where the config has its section'
complete -c wipeos-iqr -n "__fish_wipeos_iqr_using_subcommand help; and not __fish_seen_subcommand_from sync preview auth-test master-item status dismiss init iqmetrix iqtech help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
