#Requires -Version 5.1
<#
.SYNOPSIS
Carries out one order of Clear Accounts in Partner Center: suspends subscriptions, or reactivates them.

.DESCRIPTION
Needs the PartnerCenter module and a signed-in session (Connect-PartnerCenter). Each subscription is read first,
changed only if it stands where it should, and read back. What became of each is written to a result file after
every step; Clear Accounts takes that file as the confirmation. With -WhatIf nothing is changed and no file is written.

.PARAMETER ResultPath
Where the result file goes; by default into the current folder, under the id of the order and the time of the run.
A file that is there already is never overwritten.

.PARAMETER AzureSubscriptionId
Azure subscriptions under the Azure plan of this order. Partner Center suspends a plan only once none of them is
active: they are suspended before the plan, or enabled after it. None is touched unless it is named here.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param(
    [string] $ResultPath = '',
    [ValidatePattern('\A[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\z')]
    [string[]] $AzureSubscriptionId = @()
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$ExportId = '@@EXPORT_ID@@'
$Action = '@@ACTION@@'
$From = '@@FROM@@'
$To = '@@TO@@'
$Done = '@@DONE@@'
$Status = '@@STATUS@@'
$Lines = @(
@@LINES@@
)

$Guid = '\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\z'
foreach ($Line in $Lines) {
    foreach ($Id in @($ExportId, $Line.CustomerId, $Line.SubscriptionId)) {
        if ($Id -cnotmatch $Guid) { throw 'An id in this script is not a GUID: the script was changed. Nothing was done.' }
    }
}
$Plans = @($Lines | Where-Object { $_.CommerceModel -eq 'azure_plan' })
if ($AzureSubscriptionId.Count -gt 0 -and $Plans.Count -ne 1) {
    throw 'Azure subscriptions can be named only for an order with one Azure plan. Nothing was done.'
}

if ($ResultPath -eq '') {
    $ResultPath = 'partner-center-result-' + $ExportId + '-' + (Get-Date).ToUniversalTime().ToString('yyyyMMddTHHmmssZ') + '.json'
}
$ResultFile = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($ResultPath)
if (Test-Path -LiteralPath $ResultFile) { throw 'The result file is there already. Nothing was done.' }

function Read-Field($Resource, [string] $Name) {
    $Property = $Resource.PSObject.Properties[$Name]
    if ($null -eq $Property) { return $null }
    return $Property.Value
}

function Read-Subscription($Line) {
    $Resource = Get-PartnerCustomerSubscription -CustomerId $Line.CustomerId -SubscriptionId $Line.SubscriptionId
    foreach ($Name in @('SubscriptionId', 'Id')) {
        $Found = Read-Field $Resource $Name
        if ($null -ne $Found -and ([string] $Found) -ne $Line.SubscriptionId) { throw 'Another subscription was answered.' }
    }
    $AutoRenew = Read-Field $Resource 'AutoRenewEnabled'
    return @{
        status           = ([string] (Read-Field $Resource 'Status')).ToLowerInvariant()
        autoRenewEnabled = $(if ($null -eq $AutoRenew) { $null } else { [bool] $AutoRenew })
    }
}

function Get-Words($ErrorRecord) {
    $Words = ([string] $ErrorRecord.Exception.Message) -replace '[\x00-\x1f\x7f-\x9f\u2028\u2029]+', ' '
    return $Words.Substring(0, [Math]::Min(300, $Words.Length))
}

$Results = New-Object System.Collections.ArrayList

function Write-Result {
    if ($WhatIfPreference) { return }
    $Document = [ordered] @{ export_id = $ExportId; action = $Action; results = @($Results) }
    $Text = ConvertTo-Json -InputObject $Document -Depth 5
    [System.IO.File]::WriteAllText($ResultFile, $Text, (New-Object System.Text.UTF8Encoding $false))
}

foreach ($Line in $Lines) {
    $Result = [ordered] @{
        microsoft_tenant_id       = $Line.CustomerId
        microsoft_subscription_id = $Line.SubscriptionId
        outcome                   = 'not_done'
        detail                    = ''
        state_before              = $null
    }
    [void] $Results.Add($Result)
    $IsSent = $false
    try {
        $Before = Read-Subscription $Line
        if ($Before.status -ne $To) { $Result.state_before = $Before }
        if ($Before.status -eq $To) {
            $Result.outcome = $Done
            $Result.detail = 'It stood so already; nothing was sent.'
        }
        elseif ($Before.status -ne $From) {
            $Result.outcome = 'failed'
            $Result.detail = 'Its status is ' + ($Before.status -replace '[^a-z]', '') + '; nothing was sent.'
        }
        elseif ($PSCmdlet.ShouldProcess($Line.SubscriptionId + ' of customer ' + $Line.CustomerId, $Action)) {
            # Should this be stopped half-way, the file says what is true then: it is not known.
            $Result.outcome = 'unknown'
            Write-Result
            $IsSent = $true
            if ($Line.CommerceModel -eq 'azure_plan' -and $Action -eq 'suspend') {
                foreach ($Azure in $AzureSubscriptionId) {
                    [void] (Suspend-PartnerAzureSubscription -CustomerId $Line.CustomerId -SubscriptionId $Azure)
                }
            }
            [void] (Set-PartnerCustomerSubscription -CustomerId $Line.CustomerId -SubscriptionId $Line.SubscriptionId -Status $Status -Confirm:$false)
            if ($Line.CommerceModel -eq 'azure_plan' -and $Action -eq 'reactivate') {
                foreach ($Azure in $AzureSubscriptionId) {
                    [void] (Enable-PartnerAzureSubscription -CustomerId $Line.CustomerId -SubscriptionId $Azure)
                }
            }
            if ((Read-Subscription $Line).status -eq $To) { $Result.outcome = $Done }
            else { $Result.detail = 'The change was accepted, and it does not read back so yet.' }
        }
    }
    catch {
        $Result.detail = Get-Words $_
        if ($IsSent) {
            # An error is no answer: look before anything is said. What cannot be told stays unknown.
            $IsRefused = $null -ne (Read-Field $_.Exception 'ServiceErrorPayload')
            try {
                $After = Read-Subscription $Line
                if ($After.status -eq $To) { $Result.outcome = $Done }
                elseif ($IsRefused -and $After.status -eq $From) { $Result.outcome = 'failed' }
            }
            catch { Write-Verbose 'It could not be read back.' }
        }
    }
    Write-Result
}

$Results | ForEach-Object { [pscustomobject] $_ } | Select-Object -Property @('microsoft_subscription_id', 'outcome', 'detail')
if (-not $WhatIfPreference) { Write-Output ('Result file: ' + $ResultFile) }
