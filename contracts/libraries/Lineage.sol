// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ResourceId} from "../types/Ids.sol";

/// @title Sets of resources, as ascending lists
library Lineage {
    /// @notice All that stand in either list, once each. Both ascend, and so does the result.
    function union(ResourceId[] memory a, ResourceId[] memory b) internal pure returns (ResourceId[] memory both) {
        both = new ResourceId[](a.length + b.length);
        uint256 i = 0;
        uint256 j = 0;
        uint256 count = 0;
        while (i < a.length && j < b.length) {
            ResourceId left = a[i];
            ResourceId right = b[j];
            if (!(right < left)) ++i;
            if (!(left < right)) ++j;
            both[count++] = left < right ? left : right;
        }
        while (i < a.length) both[count++] = a[i++];
        while (j < b.length) both[count++] = b[j++];
        // Shorter by those that stood in both. Only ever shortened, so nothing beyond the list's memory is reached.
        assembly ("memory-safe") {
            mstore(both, count)
        }
    }
}
